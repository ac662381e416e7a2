import Link from 'next/link'
import { Suspense } from 'react'
import { getSession } from '../sessions'

export default function Page() {
  return (
    <>
      <Link href="/action">To the form</Link>
      <Suspense>
        <Name />
      </Suspense>
    </>
  )
}

async function Name() {
  return <p>page with a link: {(await getSession()).get('name', 'anonymous')}</p>
}
