import { Suspense } from 'react'
import { getSession } from '../sessions'

export default function Side() {
  return (
    <Suspense>
      <InSide />
    </Suspense>
  )
}

async function InSide() {
  return <p>parallel route: {(await getSession()).get('name', 'anonymous')}</p>
}
