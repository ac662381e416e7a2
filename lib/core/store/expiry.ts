import { SessionError } from '../errors.ts'
import { invalid } from '../data/json.ts'

/** Seconds, or a number with a unit: `'90s'`, `'30m'`, `'2h'`, `'14d'`, `'2w'`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`

/**
 * A session's own expiry, where it has one (Django's `_session_expiry`): `idleSeconds` after the last activity
 * (0: when the browser closes; the row then lives `maxAge`), or fixed `at` an instant. null: the default `maxAge`.
 */
export type ExpiryRule = { readonly idleSeconds: number } | { readonly at: Date } | null

/** What the store needs to compute `expires_at` by its own clock. */
export interface ExpiryPolicy {
  /** Idle lifetime of a session without a rule of its own. */
  readonly maxAgeSeconds: number
  /** Longest life since login, or since creation for an anonymous session; null: none. */
  readonly absoluteSeconds: number | null
  /** Expiry and last-seen move only once they are this many seconds behind. */
  readonly touchSeconds: number
}

/** Browsers keep no cookie longer (RFC 6265bis, section 5.5: 400 days). */
export const cookieLimitSeconds = 400 * 86_400

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
/** The largest value of a PostgreSQL integer: 68 years. */
const maxSeconds = 2_147_483_647

/** Seconds of a duration, or null if `value` is none. */
export function durationSeconds(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string') return null
  const [, amount, unit] = /^(-?\d+(?:\.\d+)?)([smhdw])$/.exec(value) ?? []
  return amount && unit ? Number(amount) * (unitSeconds[unit] ?? Number.NaN) : null
}

/**
 * Reads an option that is a duration.
 * @throws {SessionError} CONFIG_INVALID unless it is more than 0 and at most 68 years.
 */
export function durationOption(name: string, value: Duration): number {
  const seconds = durationSeconds(value)
  if (seconds !== null && seconds > 0 && seconds <= maxSeconds) return seconds
  throw new SessionError('CONFIG_INVALID', `${name} is ${String(value)}; use seconds, or a duration such as '14d'.`)
}

/**
 * Reads what `setExpiry` takes: seconds or a duration, 0, a Date, or null.
 * @throws {SessionError} DATA_INVALID for anything else, NaN and an invalid Date included.
 */
export function expiryRule(value: Duration | Date | null): ExpiryRule {
  if (value === null) return null
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw invalid('The expiry', 'is an invalid Date')
    // PostgreSQL and JavaScript disagree on instants far away; both keep these.
    return { at: new Date(Math.min(Math.max(value.getTime(), 0), Date.UTC(9999, 11, 31))) }
  }
  const seconds = durationSeconds(value)
  if (seconds === null || seconds > maxSeconds) {
    throw invalid(
      'The expiry',
      `is ${printable(value)}; use seconds (at most ${maxSeconds}), a duration such as '2h', a Date or null`,
    )
  }
  return { idleSeconds: seconds < 0 ? -1 : Math.ceil(seconds) }
}

/** A refused value as far as a message should show it. */
function printable(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 40) : typeof value
}

/** How far behind expiry and last-seen may be before they move: `touchSeconds`, or a tenth of a shorter life. */
export function touchStepSeconds(rule: ExpiryRule, policy: ExpiryPolicy): number {
  return Math.min(policy.touchSeconds, idleSeconds(rule && 'at' in rule ? null : rule, policy) / 10)
}

/** When a session ends that is active at `now` (milliseconds): its rule, capped by the absolute lifetime since `bornAt`. */
export function expiresAt(rule: ExpiryRule, policy: ExpiryPolicy, now: number, bornAt: Date): Date {
  const end = rule && 'at' in rule ? rule.at.getTime() : now + idleSeconds(rule, policy) * 1000
  const limit = policy.absoluteSeconds === null ? end : bornAt.getTime() + policy.absoluteSeconds * 1000
  return new Date(Math.min(end, limit))
}

/** The idle lifetime: the session's own, or the default, which also bounds a session that ends with the browser. */
export function idleSeconds(rule: { readonly idleSeconds: number } | null, policy: ExpiryPolicy): number {
  return rule?.idleSeconds || policy.maxAgeSeconds
}
