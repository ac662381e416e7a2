import { createSessions, type Json } from 'coatcheck'
import type { CartLine } from './catalogue'
import { wholeNumber } from './environment'
import { sessionOptions } from './session-options'
import { sessionStore } from './store'

/** What this app keeps in a session; the page `/` lets visitors add keys of their own. */
export interface AppSession {
  cart: CartLine[]
  counter: number
  [key: string]: Json
}

/** On how many devices a user may be logged in; undefined: on any number. */
export const maxPerUser = wholeNumber('SESSION_MAX_PER_USER')

export const sessions = createSessions<AppSession>({
  ...sessionOptions,
  store: sessionStore(),
  maxPerUser,
  // Off for those who clear by the command or the cron handler alone, and for tests that count statements.
  autoClear: process.env.SESSION_AUTO_CLEAR !== 'off',
  trustedProxies: wholeNumber('SESSION_TRUSTED_PROXIES') ?? 0,
})
export const { getSession, requireUser } = sessions
