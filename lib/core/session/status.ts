import { absoluteEnd, storeNow } from '../cookie/carrier.ts'
import type { ResolvedOptions } from '../options.ts'
import { expiresAt, idleSeconds, policyOf, touchStepSeconds } from '../store/expiry.ts'
import type { StoredSession } from '../store/stored-session.ts'

/** The state of a session as `sessions.statusHandler` reports it. */
export interface SessionStatus {
  /** 'active': a stored session. 'ended': the session was deleted or has expired. 'anonymous': the browser has no session. */
  readonly state: 'active' | 'ended' | 'anonymous'
  /** The user of an active session; null without one. */
  readonly userId: string | null
  /** Whole seconds until an active session expires, by the store's clock; null without one. */
  readonly expiresIn: number | null
  /** Equal to `expiresIn` if activity extends the session; null if the expiry is fixed or has reached `absoluteMaxAge`. */
  readonly idleIn: number | null
}

/** The rule by which activity extends a session. */
export interface IdleLifetime {
  /** The idle lifetime in seconds. */
  readonly seconds: number
  /** The expiry advances once it is this many seconds behind. */
  readonly stepSeconds: number
}

/** The values of `sessions.view` that every app gets. */
export interface SessionViewBase {
  readonly userId: string | null
  /** True without a logged-in user. */
  readonly isAnonymous: boolean
  /** Whole seconds until the session expires, by the store's clock; null without a stored session. */
  readonly expiresIn: number | null
  /** The time of the login in ISO 8601, or null. */
  readonly authenticatedAt: string | null
  /** The rule by which activity extends the session; null if activity cannot extend it. */
  readonly idle: IdleLifetime | null
}

/** The result of `sessions.view`: the app's own values, and those of `SessionViewBase`. Serialisable. */
export type SessionView<Values extends object = object> = Omit<Values, keyof SessionViewBase> & SessionViewBase

/** Returns the status of a stored session. */
export function activeStatus(options: ResolvedOptions, row: StoredSession): SessionStatus {
  const expiresIn = Math.max(Math.round(secondsLeft(options, row)), 0)
  return { state: 'active', userId: row.userId, expiresIn, idleIn: idleLifetime(options, row) && expiresIn }
}

/** Returns the status without a stored session. */
export function inactiveStatus(state: 'ended' | 'anonymous'): SessionStatus {
  return { state, userId: null, expiresIn: null, idleIn: null }
}

/** Returns the library's part of a view; `row` is null without a stored session. */
export function viewBase(options: ResolvedOptions, row: StoredSession | null): SessionViewBase {
  const { userId, expiresIn } = row ? activeStatus(options, row) : inactiveStatus('anonymous')
  const authenticatedAt = row?.authenticatedAt?.toISOString() ?? null
  return { userId, isAnonymous: userId === null, expiresIn, authenticatedAt, idle: row && idleLifetime(options, row) }
}

/** Returns true if activity now would extend the expiry, because it is at least one step behind. */
export function isExtensionDue(options: ResolvedOptions, row: StoredSession): boolean {
  const policy = policyOf(options, row.userId)
  const next = expiresAt(row.expiry, policy, storeNow(row) * 1000, row.authenticatedAt ?? row.createdAt)
  return next.getTime() - row.expiresAt.getTime() > touchStepSeconds(row.expiry, policy) * 1000
}

/** Returns null if activity cannot extend the session, because its expiry is fixed or has reached `absoluteMaxAge`. */
function idleLifetime(options: ResolvedOptions, row: StoredSession): IdleLifetime | null {
  const policy = policyOf(options, row.userId)
  if (row.expiry && 'at' in row.expiry) return null
  if (absoluteEnd(policy, row) - storeNow(row) - row.secondsLeft < 1) return null
  return { seconds: idleSeconds(row.expiry, policy), stepSeconds: touchStepSeconds(row.expiry, policy) }
}

/** Computed here, because `absoluteMaxAge` may have been shortened after the row was last written. */
function secondsLeft({ policy }: ResolvedOptions, row: StoredSession): number {
  return Math.min(row.secondsLeft, absoluteEnd(policy, row) - storeNow(row))
}
