import { connection } from 'next/server'
import { places } from '../../sessions'

export async function GET() {
  await connection()
  const { reads, notes } = places
  return Response.json({ reads, notes })
}
