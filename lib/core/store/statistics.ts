/** The length of an hour in milliseconds. */
export const hourMs = 3_600_000
/** The number of days that statistics cover, today included. */
export const statsDays = 30

/** The number of sessions that were created in the hour or day that starts at `at`. */
export interface StartedCount {
  readonly at: Date
  readonly count: number
}

/** The number of active sessions with a user agent; null: none was recorded. */
export interface UserAgentCount {
  readonly userAgent: string | null
  readonly count: number
}

/** The counts that a store returns. */
export interface StoreStats {
  /** The store's clock. */
  readonly now: Date
  readonly active: number
  /** Active sessions with a user. */
  readonly signedIn: number
  /** Expired sessions that are still stored. */
  readonly expired: number
  /** True if the counts are extrapolated from a sample. */
  readonly estimated: boolean
  /**
   * Stored sessions by the hour (UTC) of their creation, for at least 30 days, in any order. Hours without sessions may be left
   * out.
   */
  readonly started: readonly StartedCount[]
  /** Active sessions by user agent, at least the 100 most frequent, in any order. */
  readonly userAgents: readonly UserAgentCount[]
}
