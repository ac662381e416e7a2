import { connection } from 'next/server'
import { contexts } from '../../sessions'

export async function GET() {
  await connection()
  const { reads, notes } = contexts
  return Response.json({ reads, notes })
}
