import { SessionBoundary } from 'coatcheck/client'
import Link from 'next/link'
import { type ReactNode, Suspense } from 'react'
import { getSession } from '../sessions'

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <>
      <nav>
        <Link href="/next-user">Users</Link> <Link href="/next-user/draft">Draft</Link>
      </nav>
      <Suspense>
        <UserPages>{children}</UserPages>
      </Suspense>
    </>
  )
}

async function UserPages({ children }: { children: ReactNode }) {
  return <SessionBoundary userId={(await getSession()).userId}>{children}</SessionBoundary>
}
