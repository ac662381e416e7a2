import type { Metadata } from 'next'
import { Suspense } from 'react'
import { getSession } from './sessions'

export async function generateMetadata(): Promise<Metadata> {
  return { title: `metadata: ${(await getSession()).get('name', 'anonymous')}` }
}

export default function Page() {
  return (
    <Suspense>
      <Shown />
    </Suspense>
  )
}

async function Shown() {
  const [one, other] = await Promise.all([getSession(), getSession()])
  return (
    <p>
      page: {one.get('name', 'anonymous')}, {one === other ? 'one object' : 'two objects'}
    </p>
  )
}
