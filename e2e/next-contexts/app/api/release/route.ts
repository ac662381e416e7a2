import { connection } from 'next/server'
import { contexts } from '../../sessions'

/** Responds with the number of slow actions that are waiting. */
export async function GET() {
  await connection()
  return Response.json(contexts.waiting())
}

/** Lets the slow actions continue. Responds with the number of actions that were waiting. */
export async function POST() {
  return Response.json(contexts.release())
}
