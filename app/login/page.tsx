import { safeNext } from 'coatcheck'
import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { loginAction } from '../actions'
import { getSession } from '../sessions'
import { demoAccounts } from '../users'

export const metadata: Metadata = { title: 'Log in' }
export const instant = false

export default async function LoginPage({ searchParams }: PageProps<'/login'>) {
  const { next, problem } = await searchParams
  const target = safeNext(next, '/account')
  const session = await getSession()
  if (session.userId !== null) redirect(target)
  return (
    <>
      <h1>Log in</h1>
      {problem === 'credentials' && (
        <p className="card problem" role="alert">
          No such user, or another password.
        </p>
      )}
      <section className="card">
        <form action={loginAction}>
          <input type="hidden" name="next" value={target} />
          <label>
            User name
            <input name="username" autoComplete="username" required maxLength={100} />
          </label>
          <label>
            Password
            <input name="password" type="password" autoComplete="current-password" required maxLength={72} />
          </label>
          <button type="submit">Log in</button>
        </form>
      </section>
      <p className="soft">
        Accounts of this demo: {demoAccounts.map(({ username, password }) => `${username} with password ${password}`).join(', ')}.
      </p>
    </>
  )
}
