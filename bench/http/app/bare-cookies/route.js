import { cookies, headers } from 'next/headers'

/** What Next itself takes to give a handler its cookies. */
export async function GET() {
  await headers()
  ;(await cookies()).get('session')
  return Response.json({ name: null })
}
