import { requireUser } from '../../sessions'

export async function POST() {
  const { userId } = await requireUser({ returnTo: '/guarded' })
  return Response.json({ userId })
}
