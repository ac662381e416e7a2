'use server'

import { redirectOnError } from '../form'
import { getSession } from '../sessions'

export async function shortSessionAction(form: FormData) {
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.setExpiry('90s')
    await session.flash('notice', 'Your session ends after 90 seconds without activity')
  })
}

export async function longSessionAction(form: FormData) {
  await redirectOnError(form, async () => {
    const session = await getSession()
    await session.setExpiry(null)
    if (session.id) await session.flash('notice', 'Your session ends after 14 days without activity')
  })
}
