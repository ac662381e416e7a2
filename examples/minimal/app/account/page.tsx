import { Suspense } from 'react'
import { logOut, rename } from '../actions'
import { requireUser } from '../sessions'

async function Account() {
  const session = await requireUser() // redirects to the login page if no user is logged in
  return (
    <>
      <h1>Hello {session.get('name', `user ${session.userId}`)}</h1>
      <form action={rename}>
        <input name="name" placeholder="Your name" required />
        <button type="submit">Save</button>
      </form>
      <form action={logOut}>
        <button type="submit">Log out</button>
      </form>
    </>
  )
}

export default function AccountPage() {
  return (
    <Suspense>
      <Account />
    </Suspense>
  )
}
