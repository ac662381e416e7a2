import { invalid } from '../data/json.ts'
import { SessionError } from '../errors.ts'

/** Seconds, or a number with a unit: `'90s'`, `'30m'`, `'2h'`, `'14d'`, `'2w'`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd' | 'w'}`

/**
 * A session's own expiry rule (Django's `_session_expiry`). `idleSeconds` counts from the last activity; with 0 the
 * cookie expires when the browser closes, and the row after `maxAge`. `at` is a fixed time. null: the default,
 * `maxAge`.
 */
export type ExpiryRule = { readonly idleSeconds: number } | { readonly at: Date } | null

/** The numbers from which a store computes `expires_at` by its own clock. */
export interface ExpiryPolicy {
  /** The idle lifetime of a session without its own rule. */
  readonly maxAgeSeconds: number
  /** The longest lifetime since login, or since creation for an anonymous session; null for no limit. */
  readonly absoluteSeconds: number | null
  /** Expiry and last-seen advance once they are this many seconds behind. */
  readonly touchSeconds: number
}

/** The policies of an app's sessions: the same object twice, unless `anonymousMaxAge` is set. */
export interface ExpiryPolicies {
  readonly policy: ExpiryPolicy
  /** The policy of a session without a user. */
  readonly anonymousPolicy: ExpiryPolicy
}

/** The longest lifetime of a cookie: 400 days (RFC 6265bis, section 5.5). */
export const cookieLimitSeconds = 400 * 86_400

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
/** The largest value of a PostgreSQL integer: 68 years. */
const maxSeconds = 2_147_483_647

/** Converts a duration to seconds. Returns null if `value` is not a duration. */
export function durationSeconds(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string') return null
  const [, amount, unit] = /^(-?\d+(?:\.\d+)?)([smhdw])$/.exec(value) ?? []
  return amount && unit ? Number(amount) * (unitSeconds[unit] ?? Number.NaN) : null
}

/**
 * Converts an option to seconds.
 * @throws {SessionError} CONFIG_INVALID unless the option is more than 0 and at most 68 years.
 */
export function durationOption(name: string, value: Duration): number {
  const seconds = durationSeconds(value)
  if (seconds !== null && seconds > 0 && seconds <= maxSeconds) return seconds
  throw new SessionError('CONFIG_INVALID', `${name} is ${String(value)}; use seconds, or a duration such as '14d'.`)
}

/**
 * Returns the rule for an argument of `setExpiry`: seconds or a duration, 0, a Date, or null.
 * @throws {SessionError} DATA_INVALID for any other value, including NaN and an invalid Date.
 */
export function expiryRule(value: Duration | Date | null): ExpiryRule {
  if (value === null) return null
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw invalid('The expiry', 'is an invalid Date')
    // PostgreSQL and JavaScript have different limits; both support these.
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

/** The part of a rejected value that a message may show. */
function printable(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 40) : typeof value
}

/**
 * Returns the step in which expiry and last-seen advance, in seconds: `touchSeconds`, or a tenth of the lifetime if that is
 * shorter.
 */
export function touchStepSeconds(rule: ExpiryRule, policy: ExpiryPolicy): number {
  return Math.min(policy.touchSeconds, idleSeconds(rule && 'at' in rule ? null : rule, policy) / 10)
}

/**
 * Returns the expiry of a session that is active at `now` (milliseconds): by its rule, but within the absolute lifetime
 * since `startedAt`.
 */
export function expiresAt(rule: ExpiryRule, policy: ExpiryPolicy, now: number, startedAt: Date): Date {
  const expiry = rule && 'at' in rule ? rule.at.getTime() : now + idleSeconds(rule, policy) * 1000
  const limit = policy.absoluteSeconds === null ? expiry : startedAt.getTime() + policy.absoluteSeconds * 1000
  return new Date(Math.min(expiry, limit))
}

/**
 * Returns the idle lifetime: the session's own, or the default. The default also applies to a session that expires when
 * the browser closes.
 */
export function idleSeconds(rule: { readonly idleSeconds: number } | null, policy: ExpiryPolicy): number {
  return rule?.idleSeconds || policy.maxAgeSeconds
}

/**
 * Returns the policy of a session with this user. It is always one of the two objects of the options, because stores
 * use the object as a cache key.
 */
export function policyOf({ policy, anonymousPolicy }: ExpiryPolicies, userId: string | null): ExpiryPolicy {
  return userId === null ? anonymousPolicy : policy
}
