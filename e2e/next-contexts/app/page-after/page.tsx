import { after } from 'next/server'
import { Suspense } from 'react'
import { contexts, getSession, outcomeOf, writeTo } from '../sessions'

export default function Page() {
  return (
    <Suspense>
      <Shown />
    </Suspense>
  )
}

async function Shown() {
  const session = await getSession()
  after(async () => {
    contexts.notes['page-after'] = {
      read: session.get('name'),
      written: await writeTo(session),
      asked: await outcomeOf(getSession),
    }
  })
  return <p>page: {session.get('name', 'anonymous')}</p>
}
