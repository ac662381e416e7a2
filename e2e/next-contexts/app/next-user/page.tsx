import { Suspense } from 'react'
import { getSession } from '../sessions'

async function logIn(form: FormData) {
  'use server'
  await (await getSession()).login(String(form.get('user')))
}

async function logOut() {
  'use server'
  await (await getSession()).logout()
}

export default function Page() {
  return (
    <form action={logIn}>
      <input name="user" aria-label="User" />
      <button type="submit">Log in</button>
      <button type="submit" formAction={logOut}>
        Log out
      </button>
      <output>
        <Suspense fallback="…">
          <User />
        </Suspense>
      </output>
    </form>
  )
}

async function User() {
  return `user: ${(await getSession()).userId}`
}
