import { createSessions, type Json } from 'coatcheck'
import type { CartLine } from './catalogue'
import { wholeNumber } from './environment'
import { logEvent } from './events'
import { sessionOptions } from './session-options'
import { sessionStore } from './store'
import { findUser, type User } from './users'

/** The data in a session. Visitors can add any key on the page `/`. */
export interface AppSession {
  cart: CartLine[]
  counter: number
  [key: string]: Json
}

/** The maximum number of sessions per user; undefined for no limit. */
export const maxPerUser = wholeNumber('SESSION_MAX_PER_USER')

export const sessions = createSessions<AppSession, User>({
  ...sessionOptions,
  store: sessionStore(),
  // A new password makes every session of the user invalid, except the one that changed it.
  user: { load: findUser, authHash: (user) => user.passwordHash },
  maxPerUser,
  // Turn this off to clear expired sessions only by the command or the cron handler, and in tests that count statements.
  autoClear: process.env.SESSION_AUTO_CLEAR !== 'off',
  trustedProxies: wholeNumber('SESSION_TRUSTED_PROXIES') ?? 0,
  // The page /admin/events shows them.
  onEvent: logEvent,
})
export const { getSession, getUser, requireUser } = sessions
