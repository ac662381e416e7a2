import type { Row } from './rows.ts'

/** A row after a round trip through JSON, where dates are text. */
export type WrittenRow = Omit<
  Row,
  'createdAt' | 'authenticatedAt' | 'lastSeenAt' | 'expiresAt' | 'expiry' | 'rotatedAt' | 'authHash' | 'deviceKey'
> & {
  /** Absent in rows of version 1.0. */
  readonly authHash?: string | null
  readonly deviceKey?: string | null
  readonly createdAt: string
  readonly authenticatedAt: string | null
  readonly lastSeenAt: string
  readonly expiresAt: string
  readonly rotatedAt?: string | null
  readonly expiry: { readonly idleSeconds: number } | { readonly at: string } | null
}

/** Converts the texts of a written row to dates again. */
export function withDates(row: WrittenRow): Row {
  const { expiry } = row
  return {
    ...row,
    authHash: row.authHash ?? null,
    deviceKey: row.deviceKey ?? null,
    createdAt: new Date(row.createdAt),
    authenticatedAt: row.authenticatedAt === null ? null : new Date(row.authenticatedAt),
    lastSeenAt: new Date(row.lastSeenAt),
    expiresAt: new Date(row.expiresAt),
    rotatedAt: row.rotatedAt ? new Date(row.rotatedAt) : null,
    expiry: expiry && 'at' in expiry ? { at: new Date(expiry.at) } : expiry,
  }
}
