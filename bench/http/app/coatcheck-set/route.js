import { getSession } from '../../sessions.js'

export async function POST() {
  const session = await getSession()
  await session.set('visits', 456)
  return Response.json({ name: session.get('name') ?? null })
}
