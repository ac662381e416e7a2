import { headers } from 'next/headers'
import { auth } from '../../auth.js'

export async function GET() {
  const found = await auth.api.getSession({ headers: await headers() })
  return Response.json({ name: found?.user.name ?? null })
}
