import { type FailureCause, SessionError } from '../errors.ts'
import { afterThisTurn } from './event-loop.ts'
import type { SessionStore } from './store.ts'
import { wrapStore } from './wrap.ts'

/**
 * Returns `store` with two additions: an operation is cut off after `timeoutMs`, and every failure is a STORE_FAILED. A
 * write that times out before its turn is dropped, because a write must not happen after the caller received its
 * failure.
 */
export function withDeadline(store: SessionStore, timeoutMs: number): SessionStore {
  if (store.limited) return store.limited((inner) => withDeadline(inner, timeoutMs))
  return wrapStore(store, (operation, outcome, sessionId) => {
    const done =
      queuesWrites(store) && sessionId !== undefined
        ? inTurn((send) => store.queueWrite(sessionId, send), operation, outcome, timeoutMs)
        : withinDeadline(operation, timeoutMs, () => timedOut(timeoutMs, outcome))
    return done.catch((error: unknown) => {
      throw storeFailed(error, outcome)
    })
  })
}

function queuesWrites(store: SessionStore): store is SessionStore & Pick<Required<SessionStore>, 'queueWrite'> {
  return store.queueWrite !== undefined
}

/** Runs a write in its turn, and drops it if its turn comes too late. */
function inTurn<T>(
  queue: (send: () => Promise<T>) => Promise<T>,
  write: () => Promise<T>,
  outcome: 'none' | 'unknown',
  timeoutMs: number,
): Promise<T> {
  let isSent = false
  let isLate = false
  let endTurn = () => {}
  const send = async () => {
    if (isLate) throw timedOut(timeoutMs, 'none')
    isSent = true
    // The turn of a write ends at its deadline even if the store never responds. Otherwise it would block all later
    // writes.
    const turnEnd = new Promise<never>((_, reject) => {
      endTurn = () => reject(timedOut(timeoutMs, outcome))
    })
    return Promise.race([write(), turnEnd])
  }
  const late = () => {
    isLate = true
    endTurn()
    return timedOut(timeoutMs, isSent ? outcome : 'none')
  }
  return withinDeadline(() => queue(send), timeoutMs, late)
}

/**
 * Runs `operation`, and rejects with `late()` if it takes longer than `timeoutMs`. If the event loop was blocked for
 * the whole time, the timer and the result are ready together; rejecting in `setImmediate` lets the result win.
 */
export function withinDeadline<T>(operation: () => Promise<T>, timeoutMs: number, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => afterThisTurn(() => reject(late())), timeoutMs)
    const settle = async () => {
      try {
        resolve(await operation())
      } catch (error) {
        reject(error)
      } finally {
        clearTimeout(timer)
      }
    }
    void settle()
  })
}

/** Returns the STORE_FAILED error for an operation that took longer than `timeoutMs`. */
export function timedOut(timeoutMs: number, outcome: 'none' | 'unknown'): SessionError {
  const text = `The session store did not respond within ${timeoutMs / 1000} s.`
  return new SessionError('STORE_FAILED', text, { outcome, cause: { code: 'TIMEOUT', constraint: null } })
}

/** Details that a store adds to the error of a failure. */
export interface FailureReport {
  /** A sentence for the message that says how to fix it. */
  readonly hint?: string | undefined
  /** True if the failed operation certainly changed nothing. */
  readonly changedNothing?: boolean
}

/**
 * Returns `error` as a STORE_FAILED that contains codes only. A `SessionError` is returned as it is.
 * @param report Returns the details that the store adds to a failure with this code.
 */
export function storeFailed(
  error: unknown,
  outcome: 'none' | 'unknown',
  report: (code: string) => FailureReport = () => ({}),
): SessionError {
  if (error instanceof SessionError) return error
  const cause = failureCause(error)
  const { code } = cause
  const { hint = hints[code ?? ''], changedNothing = false } = code === null ? {} : report(code)
  const text = `The session store failed${code ? ` (${code})` : ''}.${hint ? ` ${hint}` : ''}`
  return new SessionError('STORE_FAILED', text, { cause, outcome: changedNothing ? 'none' : outcome })
}

/** For stores that have no hint of their own. */
const hints: Readonly<Record<string, string>> = { ECONNREFUSED: 'No server listens at the address of the database or Redis.' }

/** The codes of the innermost error that has one, because drivers wrap errors in each other. */
function failureCause(error: unknown): FailureCause {
  let found: FailureCause = { code: null, constraint: null }
  for (let depth = 0, at = error; at instanceof Error && depth < 5; depth++, at = at.cause) {
    const { code, constraint } = at as { code?: unknown; constraint?: unknown }
    if (typeof code === 'string' && /^\w{2,40}$/.test(code)) {
      found = { code, constraint: typeof constraint === 'string' ? constraint : null }
    } else if (!found.code && at.name !== 'Error') found = { code: at.name, constraint: null }
  }
  return found
}
