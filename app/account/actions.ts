'use server'

import { SessionError } from 'coatcheck'
import { redirect } from 'next/navigation'
import { logoutAction } from '../actions'
import { engine } from '../engine'
import { orSay, text } from '../form'
import { requireUser, sessions } from '../sessions'
import { changePassword } from '../users'
import { endedWords, unfinishedPath } from './words'

export async function endDeviceAction(form: FormData) {
  const session = await requireUser({ returnTo: '/account/sessions' })
  const id = text(form, 'id')
  // The own session ends by logging out, so that its cookie goes, too.
  if (id === session.id) return logoutAction(form)
  await orSay(form, async () => {
    const { userId } = session
    const ended = await sessions.revoke(id, { userId })
    await session.flash('notice', ended ? 'That device is logged out.' : 'That device was logged out already.')
  })
  redirect('/account/sessions')
}

export async function endOtherDevicesAction(form: FormData) {
  const session = await requireUser({ returnTo: '/account/sessions' })
  await orSay(form, async () => {
    const ended = await session.revokeOthers()
    await session.flash('notice', endedWords(ended))
  })
  redirect('/account/sessions')
}

export async function changePasswordAction(form: FormData) {
  const session = await requireUser({ returnTo: '/account/password' })
  const current = text(form, 'current')
  const problem = await changePassword(session.userId, current, text(form, 'new'))
  if (problem) redirect(`/account/password?problem=${problem}`)
  // The password first: whoever is logged out afterwards cannot come back with
  // the old one. Then the others, the larger danger; the own key last, against a
  // copy of this cookie. If a step fails, those before it hold, and the page
  // that lists the devices says what is left to do.
  let next = '/account'
  try {
    const ended = engine === 'cookie' ? null : await session.revokeOthers()
    await session.cycleKey()
    await session.flash('notice', `Password changed. ${endedWords(ended)}`)
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    next = unfinishedPath
  }
  redirect(next)
}
