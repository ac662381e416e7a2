/** Every error code; each has a section in docs/errors.md. */
export type SessionErrorCode =
  | 'READ_ONLY'
  | 'INTERRUPTED'
  | 'CONFLICT'
  | 'DATA_INVALID'
  | 'DATA_TOO_LARGE'
  | 'STORE_FAILED'
  | 'UNAUTHENTICATED'
  | 'REAUTHENTICATE'
  | 'DEVICE_UNPROVEN'
  | 'CROSS_SITE'
  | 'CONFIG_INVALID'

const statuses = {
  READ_ONLY: 500,
  INTERRUPTED: 409,
  CONFLICT: 409,
  DATA_INVALID: 400,
  DATA_TOO_LARGE: 413,
  STORE_FAILED: 503,
  UNAUTHENTICATED: 401,
  REAUTHENTICATE: 401,
  DEVICE_UNPROVEN: 401,
  CROSS_SITE: 403,
  CONFIG_INVALID: 500,
} as const satisfies Record<SessionErrorCode, number>

/**
 * The cause of a `STORE_FAILED`. Contains codes only, because a driver's message, detail and parameters contain data.
 */
export interface FailureCause {
  /** The database's or driver's own code, such as SQLSTATE `42P01` or `ECONNREFUSED`; null if it has none. */
  readonly code: string | null
  /** The violated constraint's name, if any. */
  readonly constraint: string | null
}

/** Further properties of a `SessionError`, if its code has them. */
export interface SessionErrorDetails {
  readonly cause?: FailureCause
  /** `none`: nothing was changed. `unknown`: the change may have been committed. Nothing was retried. */
  readonly outcome?: 'none' | 'unknown'
  /** The HTTP status. @default the status of the code */
  readonly status?: number
}

/** The page that documents the errors, as a path in the app. The package has no website. */
const errorsPage = 'node_modules/coatcheck/docs/errors.md'

// A bundler may load several copies of this module. A store on globalThis carries errors from one copy to another.
const brand = Symbol.for('coatcheck.SessionError')

/**
 * The only error class of the library. Compare `code`, which is a closed union. `message` says what was found and what
 * to do. `status` is a matching HTTP status (400, 401, 403, 409, 413, 500 or 503).
 */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  readonly code: SessionErrorCode
  readonly status: number
  /** Only on `STORE_FAILED`. */
  readonly outcome?: 'none' | 'unknown'

  constructor(code: SessionErrorCode, message: string, { cause, outcome, status }: SessionErrorDetails = {}) {
    super(`${message} (${errorsPage}#${code.toLowerCase()})`, cause ? { cause } : undefined)
    this.code = code
    this.status = status ?? statuses[code]
    if (outcome) this.outcome = outcome
  }

  /** Makes `instanceof` recognise the errors of every copy of this module. */
  static override [Symbol.hasInstance](value: unknown): value is SessionError {
    return value instanceof Error && brand in value
  }

  /** This is a getter, so that a printed error does not show the symbol. */
  protected get [brand](): true {
    return true
  }
}
