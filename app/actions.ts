'use server'

import { type Json, safeNext } from 'coatcheck'
import { redirect } from 'next/navigation'
import { cartOf, cartWithOneMore, cartWithout, findProduct } from './catalogue'
import { redirectOnError, textField } from './form'
import { getSession } from './sessions'
import { authenticate } from './users'

export async function rememberNameAction(form: FormData) {
  const name = textField(form, 'name')
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.set('name', name)
  })
}

export async function setValueAction(form: FormData) {
  const key = textField(form, 'key')
  const value = parseValue(textField(form, 'value'))
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.set(key, value)
    await session.flash('notice', 'Saved')
  })
}

export async function deleteKeyAction(form: FormData) {
  const key = textField(form, 'key')
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.delete(key)
    if (session.id) await session.flash('notice', 'Deleted')
  })
}

export async function incrementAction(form: FormData) {
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.update((draft) => {
      const count = draft.counter
      draft.counter = typeof count === 'number' ? count + 1 : 1
    })
  })
}

export async function setExpiryAction(form: FormData) {
  const chosen = textField(form, 'expiry')
  const expiry = chosen === 'default' ? null : Number(chosen)
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.setExpiry(expiry)
    if (session.id) await session.flash('notice', 'Saved')
  })
}

export async function clearAction(form: FormData) {
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.clear()
  })
}

export async function cycleKeyAction(form: FormData) {
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.cycleKey()
  })
}

export async function flushAction(form: FormData) {
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.flush()
  })
}

export async function addToCartAction(form: FormData) {
  const product = findProduct(textField(form, 'id'))
  if (!product) return
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.update((draft) => {
      draft.cart = cartWithOneMore(cartOf(draft.cart), product.id)
    })
  })
}

export async function removeFromCartAction(form: FormData) {
  const id = textField(form, 'id')
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.update((draft) => {
      draft.cart = cartWithout(cartOf(draft.cart), id)
    })
  })
}

export async function loginAction(form: FormData) {
  const next = safeNext(textField(form, 'next'), '/account')
  const username = textField(form, 'username')
  const user = await authenticate(username, textField(form, 'password'))
  const again = textField(form, 'reason') === 'reauthenticate' ? '&reason=reauthenticate' : ''
  const retry = `/login?problem=credentials&next=${encodeURIComponent(next)}${again}`
  if (!user) redirect(retry)
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.login(user.id, { authHash: user.passwordHash })
  })
  redirect(next)
}

export async function logoutAction(form: FormData) {
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.logout()
    await session.flash('notice', 'Logged out')
  })
  redirect('/')
}

/** Parses JSON. Text that is not JSON is returned as it is. */
function parseValue(value: string): Json {
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
