'use server'

import { type Json, safeNext } from 'coatcheck'
import { redirect } from 'next/navigation'
import { cartOf, findProduct } from './catalogue'
import { orSay, text } from './form'
import { getSession } from './sessions'
import { authenticate } from './users'

export async function setValueAction(form: FormData) {
  const key = text(form, 'key')
  const value = parsed(text(form, 'value'))
  await orSay(form, async () => {
    const session = await getSession()
    await session.set(key, value)
    await session.flash('notice', 'Saved')
  })
}

export async function deleteKeyAction(form: FormData) {
  const key = text(form, 'key')
  await orSay(form, async () => {
    const session = await getSession()
    await session.delete(key)
    if (session.id) await session.flash('notice', 'Deleted')
  })
}

export async function incrementAction(form: FormData) {
  await orSay(form, async () => {
    const session = await getSession()
    await session.update((draft) => {
      const n = draft.counter
      draft.counter = typeof n === 'number' ? n + 1 : 1
    })
  })
}

export async function setExpiryAction(form: FormData) {
  const chosen = text(form, 'expiry')
  const expiry = chosen === 'default' ? null : Number(chosen)
  await orSay(form, async () => {
    const session = await getSession()
    await session.setExpiry(expiry)
    if (session.id) await session.flash('notice', 'Saved')
  })
}

export async function clearAction(form: FormData) {
  await orSay(form, async () => {
    const session = await getSession()
    await session.clear()
  })
}

export async function cycleKeyAction(form: FormData) {
  await orSay(form, async () => {
    const session = await getSession()
    await session.cycleKey()
  })
}

export async function flushAction(form: FormData) {
  await orSay(form, async () => {
    const session = await getSession()
    await session.flush()
  })
}

export async function addToCartAction(form: FormData) {
  const product = findProduct(text(form, 'id'))
  if (!product) return
  await orSay(form, async () => {
    const session = await getSession()
    await session.update((draft) => {
      const { id } = product
      const lines = cartOf(draft.cart)
      const before = lines.find((line) => line.id === id)
      const quantity = (before?.quantity ?? 0) + 1
      const others = lines.filter((line) => line.id !== id)
      draft.cart = [...others, { id, quantity }]
    })
  })
}

export async function removeFromCartAction(form: FormData) {
  const id = text(form, 'id')
  await orSay(form, async () => {
    const session = await getSession()
    await session.update((draft) => {
      const lines = cartOf(draft.cart)
      draft.cart = lines.filter((line) => line.id !== id)
    })
  })
}

export async function loginAction(form: FormData) {
  const next = safeNext(text(form, 'next'), '/account')
  const username = text(form, 'username')
  const user = await authenticate(username, text(form, 'password'))
  const again = `/login?problem=credentials&next=${encodeURIComponent(next)}`
  if (!user) redirect(again)
  await orSay(form, async () => {
    const session = await getSession()
    await session.login(user.id)
  })
  redirect(next)
}

export async function logoutAction(form: FormData) {
  await orSay(form, async () => {
    const session = await getSession()
    await session.logout()
    await session.flash('notice', 'Logged out')
  })
  redirect('/')
}

/** JSON where it is JSON, else the text itself. */
function parsed(value: string): Json {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
