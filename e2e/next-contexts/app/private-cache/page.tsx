import { Suspense } from 'react'
import { getSession } from '../sessions'

async function nameOf() {
  'use cache: private'
  return (await getSession()).get('name', 'anonymous')
}

export default function Page() {
  return (
    <Suspense>
      <Shown />
    </Suspense>
  )
}

async function Shown() {
  return <p>private cache: {await nameOf()}</p>
}
