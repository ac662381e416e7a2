import { after } from 'next/server'
import { Suspense } from 'react'
import { getSession, outcomeOf, places, writeTo } from '../sessions'

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
    places.notes['page-after'] = {
      read: session.get('name'),
      written: await writeTo(session),
      asked: await outcomeOf(getSession),
    }
  })
  return <p>page: {session.get('name', 'nobody')}</p>
}
