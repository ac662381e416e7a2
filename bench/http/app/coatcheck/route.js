import { getSession } from '../../sessions.js'

export async function GET() {
  return Response.json({ name: (await getSession()).get('name') ?? null })
}
