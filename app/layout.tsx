import type { Metadata } from 'next'
import Link from 'next/link'
import type { ReactNode } from 'react'
import './globals.css'
import { logoutAction } from './actions'
import { cartOf } from './catalogue'
import { getSession } from './sessions'

export const metadata: Metadata = {
  title: { default: 'Coatcheck', template: '%s · Coatcheck' },
  description: 'Server-side sessions for the Next.js App Router',
}

// The pages work without JavaScript, where a Suspense fallback would stay for ever: so they wait for the session.
export const instant = false

export default async function Layout({ children }: { children: ReactNode }) {
  const session = await getSession()
  const inCart = cartOf(session.get('cart')).reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <html lang="en">
      <body>
        <header className="top">
          <nav className="page" aria-label="Main">
            <strong>Coatcheck</strong>
            <Link href="/">Session</Link>
            <Link href="/shop">Shop ({inCart})</Link>
            <Link href="/account">Account</Link>
            {session.userId === null ? (
              <Link href="/login">Log in</Link>
            ) : (
              <form action={logoutAction}>
                <button type="submit" className="quiet">
                  Log out
                </button>
              </form>
            )}
          </nav>
        </header>
        <main className="page">{children}</main>
      </body>
    </html>
  )
}
