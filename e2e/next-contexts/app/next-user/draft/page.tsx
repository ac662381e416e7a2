import { Suspense } from 'react'
import { getSession } from '../../sessions'
import { Draft } from './draft'

export default function Page() {
  return (
    <Suspense>
      <UserDraft />
    </Suspense>
  )
}

async function UserDraft() {
  return <Draft user={String((await getSession()).userId)} />
}
