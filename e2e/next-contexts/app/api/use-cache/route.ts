import { getSession, outcomeOf } from '../../sessions'

async function cached() {
  'use cache'
  return outcomeOf(async () => (await getSession()).get('name'))
}

export async function POST() {
  return Response.json(await cached())
}
