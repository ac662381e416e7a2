import { SessionProvider, SessionTimeout, SessionWatch } from 'coatcheck/client'
import { Suspense } from 'react'
import { sessions } from '../sessions'
import { Name } from './name'

export default function Page() {
  return (
    <Suspense>
      <WithSession />
    </Suspense>
  )
}

async function WithSession() {
  const view = await sessions.view((session) => ({ name: session.get('name', 'anonymous') }))
  return (
    <SessionProvider view={view}>
      <Name />
      <SessionWatch status="/api/status" signIn="/sign-in" />
      <SessionTimeout />
    </SessionProvider>
  )
}
