import { createSessions, type Json } from 'coatcheck'
import { drizzleStore } from 'coatcheck/drizzle'
import type { CartLine } from './catalogue'
import { database } from './db'
import { sessionOptions } from './session-options'

/** What this app keeps in a session; the page `/` lets visitors add keys of their own. */
export interface AppSession {
  cart: CartLine[]
  counter: number
  [key: string]: Json
}

export const sessions = createSessions<AppSession>({ ...sessionOptions, store: drizzleStore(database) })
export const { getSession, requireUser } = sessions
