import { Button } from '@mantine/core'
import Link from 'next/link'
import { logoutAction } from '../actions'
import { cartOf } from '../catalogue'
import { getSession } from '../sessions'
import { ColorSchemeSwitch } from './color-scheme-switch'
import { Hanger } from './hanger'
import { NavLink } from './nav-link'

/** The head of every page: where to go, who is logged in. */
export async function TopBar() {
  const session = await getSession()
  const inCart = cartOf(session.get('cart')).reduce((sum, { quantity }) => sum + quantity, 0)
  return (
    <header className="top">
      <div className="frame">
        <Link href="/" className="brand" aria-label="Coatcheck, start page" prefetch={false}>
          <Hanger />
          Coatcheck
        </Link>
        <nav aria-label="Main">
          <NavLink href="/">Session</NavLink>
          <NavLink href="/shop">Shop ({inCart})</NavLink>
          <NavLink href="/how">How</NavLink>
          <NavLink href="/account">Account</NavLink>
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
