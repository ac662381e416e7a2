import { getSession } from '../../sessions'

export async function POST() {
  await (await getSession()).logout()
  return new Response(null, { status: 204 })
}
