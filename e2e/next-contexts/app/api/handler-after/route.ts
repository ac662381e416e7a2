import { after } from 'next/server'
import { contexts, getSession, writeTo } from '../../sessions'

export async function POST() {
  const session = await getSession()
  after(async () => {
    const later = await getSession()
    contexts.notes['handler-after'] = { same: later === session, read: later.get('name'), written: await writeTo(later) }
  })
  return Response.json({ name: session.get('name') })
}
