import { unstable_cache } from 'next/cache'
import { getSession, outcomeOf } from '../../sessions'

const cached = unstable_cache(() => outcomeOf(async () => (await getSession()).get('name')))

export async function POST() {
  return Response.json(await cached())
}
