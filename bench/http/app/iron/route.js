import { getIronSession } from 'iron-session'
import { cookies } from 'next/headers'
import { ironOptions } from '../../iron.js'

export async function GET() {
  return Response.json({ name: (await getIronSession(await cookies(), ironOptions())).name ?? null })
}
