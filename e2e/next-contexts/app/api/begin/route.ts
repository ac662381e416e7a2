import { getSession } from '../../sessions'

export async function POST(request: Request) {
  const session = await getSession()
  await session.set('name', await request.text())
  return Response.json({ id: session.id })
}
