import { getSession } from '../../sessions'

export async function POST(request: Request) {
  const session = await getSession()
  await session.login(await request.text())
  return Response.json({ id: session.id })
}
