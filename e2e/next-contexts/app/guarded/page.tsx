import { Suspense } from 'react'
import { getSession } from '../sessions'

export default function Page() {
  return (
    <Suspense>
      <User />
    </Suspense>
  )
}

async function User() {
  return <p>guarded page: {(await getSession()).userId}</p>
}
