'use server'

import { SessionError } from 'coatcheck'
import { redirect } from 'next/navigation'
import { logoutAction } from '../actions'
import { engine } from '../engine'
import { redirectOnError, textField } from '../form'
import { requireUser, sessions } from '../sessions'
import { changePassword } from '../users'
import { loggedOutText, unfinishedPath } from './devices'

export async function logOutDeviceAction(form: FormData) {
  const session = await requireUser({ returnTo: '/account/sessions' })
  const id = textField(form, 'id')
  // The current session logs out instead, so that its cookie is deleted too.
  if (id === session.id) return logoutAction(form)
  await redirectOnError(form, async () => {
    const { userId } = session
    const revoked = await sessions.revoke(id, { userId })
    await session.flash('notice', revoked ? 'That device is logged out.' : 'That device was already logged out.')
  })
  redirect('/account/sessions')
}

export async function logOutOtherDevicesAction(form: FormData) {
  const session = await requireUser({ returnTo: '/account/sessions' })
  await redirectOnError(form, async () => {
    const revoked = await session.revokeOthers()
    await session.flash('notice', loggedOutText(revoked))
  })
  redirect('/account/sessions')
}

export async function changePasswordAction(form: FormData) {
  const session = await requireUser({ returnTo: '/account/password' })
  const current = textField(form, 'current')
  const problem = await changePassword(session.userId, current, textField(form, 'new'))
  if (problem) redirect(`/account/password?problem=${problem}`)
  // The password is stored first, so that devices logged out afterwards cannot
  // log in again with the old one. Then the other devices are logged out. The
  // new key comes last and invalidates copies of this cookie. If a step fails,
  // the earlier ones hold, and the devices page shows what is left to do.
  let next = '/account'
  try {
    const revoked = engine === 'cookie' ? null : await session.revokeOthers()
    await session.cycleKey()
    await session.flash('notice', `Password changed. ${loggedOutText(revoked)}`)
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    next = unfinishedPath
  }
  redirect(next)
}
