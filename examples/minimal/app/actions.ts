'use server'
import { safeNext } from 'coatcheck'
import { redirect } from 'next/navigation'
import { getSession, requireUser } from './sessions'
import { checkPassword } from './users'

export async function logIn(form: FormData) {
  const next = safeNext(form.get('next'), '/account') // accepts only paths of this app
  const user = await checkPassword(form.get('username'), form.get('password'))
  if (!user) redirect(`/login?problem=password&next=${encodeURIComponent(next)}`)
  const session = await getSession()
  await session.login(user.id)
  redirect(next)
}

export async function logOut() {
  const session = await getSession()
  await session.logout()
  redirect('/login')
}

export async function rename(form: FormData) {
  const session = await requireUser() // an action checks for itself: anyone can post to it
  await session.set('name', String(form.get('name')))
}
