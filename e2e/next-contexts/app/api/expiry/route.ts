import { getSession } from '../../sessions'

/** Sets the expiry to the seconds in the body. */
export async function POST(request: Request) {
  await (await getSession()).setExpiry(Number(await request.text()))
  return new Response(null, { status: 204 })
}
