import { SessionBoundary } from 'coatcheck/client'
import type { ReactNode } from 'react'
import { getSession } from '../sessions'

/**
 * Surrounds pages that require a login. Next keeps a page that has redirected to the login page, and would repeat that
 * redirect after the login. The boundary remounts the pages after each login, which discards the redirect.
 */
export async function PrivatePages({ children }: { children: ReactNode }) {
  const { userId, authenticatedAt } = await getSession()
  return (
    <SessionBoundary userId={userId} authenticatedAt={authenticatedAt}>
      {children}
    </SessionBoundary>
  )
}
