import Link from 'next/link'
import { demoAccounts } from '../db/demo-accounts'

const [user, admin] = demoAccounts

const ways = [
  { href: '/shop', title: 'The shop', text: 'Fill a cart. It survives the login, and it is gone after the logout.' },
  {
    href: '/account/sessions',
    title: 'Your devices',
    text: `As ${user.username} (password ${user.password}): see where you are logged in, and log out your other devices.`,
  },
  {
    href: '/admin/sessions',
    title: 'The admin page',
    text: `As ${admin.username} (password ${admin.password}): search, inspect and revoke the sessions of all users.`,
  },
]

/** Links to the pages that a visitor should try next. */
export function Ways() {
  return (
    <nav className="next-pages" aria-label="Try next">
      {ways.map(({ href, title, text }) => (
        <Link href={href} key={href} prefetch={false}>
          <strong>{title} →</strong>
          <span className="soft">{text}</span>
        </Link>
      ))}
    </nav>
  )
}
