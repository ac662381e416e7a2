import { safeNext } from 'coatcheck'
import { Suspense } from 'react'
import { logIn } from '../actions'

async function LoginForm({ searchParams }: PageProps<'/login'>) {
  const { next, problem } = await searchParams
  return (
    <form action={logIn}>
      {problem && <p role="alert">Wrong username or password.</p>}
      <input type="hidden" name="next" value={safeNext(next, '/account')} />
      <input name="username" placeholder="Username" autoComplete="username" required />
      <input name="password" type="password" placeholder="Password" autoComplete="current-password" required />
      <button type="submit">Log in</button>
    </form>
  )
}

export default function LoginPage(props: PageProps<'/login'>) {
  return (
    <Suspense>
      <LoginForm {...props} />
    </Suspense>
  )
}
