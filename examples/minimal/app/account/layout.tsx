import { SessionBoundary } from 'coatcheck/client'
import { Suspense } from 'react'
import { getSession } from '../sessions'

// Next keeps pages that a visitor has left. This discards them after each login, with their input and their redirects.
async function ForgetPages({ children }: LayoutProps<'/account'>) {
  const { userId, authenticatedAt } = await getSession()
  return (
    <SessionBoundary userId={userId} authenticatedAt={authenticatedAt}>
      {children}
    </SessionBoundary>
  )
}

export default function AccountLayout(props: LayoutProps<'/account'>) {
  return (
    <Suspense>
      <ForgetPages {...props} />
    </Suspense>
  )
}
