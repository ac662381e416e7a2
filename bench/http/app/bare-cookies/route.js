import { cookies, headers } from 'next/headers'

/** Reads headers and cookies from Next and does nothing with them. */
export async function GET() {
  await headers()
  ;(await cookies()).get('session')
  return Response.json({ name: null })
}
