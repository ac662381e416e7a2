import { Button } from '@mantine/core'
import Link from 'next/link'
import { logoutAction } from '../actions'
import { cartOf } from '../catalogue'
import { getSession } from '../sessions'
import { ColorSchemeSwitch } from './color-scheme-switch'
import { NavLink } from './nav-link'

/** The header of every page: navigation, login and logout. */
export async function TopBar() {
  const session = await getSession()
  const inCart = cartOf(session.get('cart')).reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <header className="top">
      <div className="frame">
        <Link href="/" className="brand" aria-label="Coatcheck home" prefetch={false}>
          <Logo />
          Coatcheck
        </Link>
        <nav aria-label="Main">
          <NavLink href="/">Session</NavLink>
          <NavLink href="/shop">Shop ({inCart})</NavLink>
          <NavLink href="/how">How</NavLink>
          <NavLink href="/timeout">Timeout</NavLink>
          <NavLink href="/account">Account</NavLink>
          <NavLink href="/admin/sessions">Admin</NavLink>
          {session.userId === null ? (
            <NavLink href="/login">Log in</NavLink>
          ) : (
            <form action={logoutAction}>
              <Button type="submit" variant="default" size="compact-sm">
                Log out
              </Button>
            </form>
          )}
        </nav>
        <ColorSchemeSwitch />
      </div>
    </header>
  )
}

/** A coat hanger. */
function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <path
        d="M16 9a3 3 0 1 1 3-3M16 9v3L3 22a2 2 0 0 0 1 4h24a2 2 0 0 0 1-4L16 12"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
