'use server'

import { SessionError } from 'coatcheck'
import { redirect } from 'next/navigation'
import { logoutAction } from '../actions'
import { engine } from '../engine'
import { redirectOnError, textField } from '../form'
import { requireUser, sessions } from '../sessions'
import { changePassword } from '../users'
import { loggedOutText, reauthenticateAfter, unfinishedPath } from './devices'

export async function logOutDeviceAction(form: FormData) {
  const session = await requireUser({ returnTo: '/account/sessions' })
  const id = textField(form, 'id')
  // The current session logs out instead, so that its cookie is deleted too.
  if (id === session.id) return logoutAction(form)
  await requireUser({ returnTo: '/account/sessions', within: reauthenticateAfter })
  await redirectOnError(form, async () => {
    const { userId } = session
    const revoked = await sessions.revoke(id, { userId })
    await session.flash('notice', revoked ? 'That device is logged out.' : 'That device was already logged out.')
  })
  redirect('/account/sessions')
}

export async function logOutOtherDevicesAction(form: FormData) {
  const session = await requireUser({ returnTo: '/account/sessions', within: reauthenticateAfter })
  await redirectOnError(form, async () => {
    const revoked = await session.revokeOthers()
    await session.flash('notice', loggedOutText(revoked))
  })
  redirect('/account/sessions')
}

export async function changePasswordAction(form: FormData) {
  const session = await requireUser({ returnTo: '/account/password', within: reauthenticateAfter })
  const changed = await changePassword(session.user, textField(form, 'current'), textField(form, 'new'))
  if (typeof changed === 'string') redirect(`/account/password?problem=${changed}`)
  // The new password has made every session of this user invalid. This one
  // gets the new password's hash and a new key at once. The others are deleted
  // now instead of at their next request. If a step fails, the devices page
  // shows what is left to do, after a new login if necessary.
  let next = '/account'
  try {
    await session.cycleKey({ authHash: changed.passwordHash })
    const revoked = engine === 'cookie' ? null : await session.revokeOthers()
    await session.flash('notice', `Password changed. ${loggedOutText(revoked)}`)
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    next = unfinishedPath
  }
  redirect(next)
}
