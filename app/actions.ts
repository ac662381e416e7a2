'use server'

import { type Json, SessionError, type SessionErrorCode, safeNext } from 'coatcheck'
import { redirect } from 'next/navigation'
import { cartOf, findProduct } from './catalogue'
import { getSession, requireUser, sessions } from './sessions'
import { authenticate, findUser } from './users'

export async function setValueAction(form: FormData) {
  await orSay(form, async () => (await getSession()).set(text(form, 'key'), parsed(text(form, 'value'))))
}

export async function deleteKeyAction(form: FormData) {
  await orSay(form, async () => (await getSession()).delete(text(form, 'key')))
}

export async function incrementAction(form: FormData) {
  await orSay(form, async () => {
    const session = await getSession()
    await session.update((draft) => {
      draft.counter = typeof draft.counter === 'number' ? draft.counter + 1 : 1
    })
  })
}

export async function clearAction(form: FormData) {
  await orSay(form, async () => (await getSession()).clear())
}

export async function cycleKeyAction(form: FormData) {
  await orSay(form, async () => (await getSession()).cycleKey())
}

export async function flushAction(form: FormData) {
  await orSay(form, async () => (await getSession()).flush())
}

export async function setExpiryAction(form: FormData) {
  const value = text(form, 'expiry')
  await orSay(form, async () => (await getSession()).setExpiry(value === 'default' ? null : Number(value)))
}

export async function addToCartAction(form: FormData) {
  const product = findProduct(text(form, 'id'))
  if (!product) return
  await orSay(form, async () => {
    const session = await getSession()
    await session.update((draft) => {
      const lines = cartOf(draft.cart)
      const quantity = (lines.find(({ id }) => id === product.id)?.quantity ?? 0) + 1
      draft.cart = [...lines.filter(({ id }) => id !== product.id), { id: product.id, quantity }]
    })
  })
}

export async function removeFromCartAction(form: FormData) {
  const id = text(form, 'id')
  await orSay(form, async () => {
    const session = await getSession()
    await session.update((draft) => {
      draft.cart = cartOf(draft.cart).filter((line) => line.id !== id)
    })
  })
}

export async function loginAction(form: FormData) {
  const next = safeNext(text(form, 'next'), '/account')
  const user = await authenticate(text(form, 'username'), text(form, 'password'))
  if (!user) redirect(`/login?problem=credentials&next=${encodeURIComponent(next)}`)
  await orSay(form, async () => (await getSession()).login(user.id))
  redirect(next)
}

export async function logoutAction(form: FormData) {
  await orSay(form, async () => (await getSession()).logout())
  redirect('/')
}

export async function endSessionAction(form: FormData) {
  const session = await requireUser()
  const user = await findUser(session.userId)
  if (user?.role !== 'admin') redirect('/admin/sessions')
  const id = text(form, 'id')
  const own = id === session.id
  // The own session ends by logging out, so that its cookie goes, too.
  await orSay(form, () => (own ? session.logout() : sessions.revoke(id)))
  redirect(own ? '/' : '/admin/sessions')
}

function text(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}

/** JSON where it is JSON, else the text itself. */
function parsed(value: string): Json {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

/** Runs a change. What the library refuses is said on the page `/`, until the next change there succeeds. */
async function orSay(form: FormData, change: () => Promise<unknown>): Promise<void> {
  let problem: SessionErrorCode | undefined
  try {
    await change()
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    problem = error.code
  }
  if (problem) redirect(`/?problem=${problem}`)
  if (form.has('problem')) redirect('/')
}
