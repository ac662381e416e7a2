import { type BuildColumns, type BuildExtraConfigColumns, getTableColumns, isNotNull, sql } from 'drizzle-orm'
import {
  check,
  index,
  integer,
  jsonb,
  type PgColumn,
  type PgColumnBuilderBase,
  type PgTable,
  type PgTableExtraConfigValue,
  type PgTableFn,
  type PgTableWithColumns,
  pgSchema,
  pgTable,
  text,
  timestamp,
  uuid,
} from 'drizzle-orm/pg-core'
import type { JsonObject } from '../../core/data/json.ts'
import { checkName, checkOwnColumns, checkOwnParts } from './check-table.ts'

// Milliseconds, so that a JavaScript Date holds the exact value and can be compared with the column.
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * The columns that a plain data write changes come last and are in no index, so that PostgreSQL can update a row in place
 * (HOT).
 */
const baseColumns = () => ({
  id: uuid('id').primaryKey(),
  tokenHash: uuid('token_hash').notNull(),
  /** The time of the last rotation; null before the first. */
  rotatedAt: instant('rotated_at'),
  createdAt: instant('created_at').notNull().defaultNow(),
  authenticatedAt: instant('authenticated_at'),
  lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
  /** The fixed expiry of the session's own rule; null if it has none. */
  expiryAt: instant('expiry_at'),
  /** The idle lifetime of the session's own rule; 0 until the browser closes; null if it has none. */
  expiryIdleSeconds: integer('expiry_idle_seconds'),
  userId: text('user_id'),
  /** 128 bits of an HMAC of the user's credentials at login; null without credentials. */
  authHash: uuid('auth_hash'),
  /** The public key of the device to which the session is bound; null if the session is not bound. */
  deviceKey: text('device_key'),
  ip: text('ip'),
  userAgent: text('user_agent'),
  version: integer('version').notNull().default(1),
  data: jsonb('data').$type<JsonObject>().notNull(),
})

type BaseColumns = ReturnType<typeof baseColumns>
type NoColumns = Record<never, PgColumnBuilderBase>

/** A table of sessions with the name `Name` and the app's own columns `Own`. */
export type SessionsTableOf<Name extends string, Own extends Record<string, PgColumnBuilderBase>> = PgTableWithColumns<{
  name: Name
  schema: string | undefined
  columns: BuildColumns<Name, BaseColumns & Own, 'pg'>
  dialect: 'pg'
}>

/** Any table that `sessionsTableAs` creates. */
export type SessionsTable = SessionsTableOf<string, NoColumns>

/** The options of `sessionsTableAs`. */
export interface SessionsTableOptions<Own extends Record<string, PgColumnBuilderBase>> {
  /** The PostgreSQL schema of the table. `migrate` creates it if it is missing. @default the first schema of the search path */
  schema?: string
  /** The app's own columns. Each is nullable or has a default, because the library also creates rows without values for them. */
  columns?: Own
  /** More indexes, such as those on the app's own columns. Each has a name. */
  indexes?: (table: BuildExtraConfigColumns<string, BaseColumns & Own, 'pg'>) => PgTableExtraConfigValue[]
}

/**
 * Creates a Drizzle table like `sessionsTable` with another name, another schema or columns of your own (Django: a model derived
 * from AbstractBaseSession). Pass it to `drizzleStore` and `migrate`. The names of its indexes start with the table's name.
 * @example
 * export const shopSessions = sessionsTableAs('shop_sessions', {
 *   columns: { tenantId: integer('tenant_id') },
 *   indexes: (table) => [index('shop_sessions_tenant_id').on(table.tenantId)],
 * })
 * @throws {SessionError} CONFIG_INVALID if a column is required, generated or already a column of the table.
 */
export function sessionsTableAs<Name extends string, Own extends Record<string, PgColumnBuilderBase> = NoColumns>(
  name: Name,
  { schema, columns, indexes = () => [] }: SessionsTableOptions<Own> = {},
): SessionsTableOf<Name, Own> {
  checkName(name)
  checkOwnColumns(columns ?? {}, baseColumns())
  const create: PgTableFn<string | undefined> = schema === undefined ? pgTable : pgSchema(schema).table
  const all = { ...baseColumns(), ...columns } as BaseColumns & Own
  const table = create(name, all, (table) => [...baseIndexes(name, table), ...indexes(table)])
  checkOwnParts(table, Object.values(ownColumnsOf(table)))
  return table
}

/** Returns the app's own columns of a table, by the names that the app uses for them. */
export function ownColumnsOf(table: PgTable): Readonly<Record<string, PgColumn>> {
  const base = baseColumns()
  return Object.fromEntries(Object.entries(getTableColumns(table)).filter(([name]) => !(name in base)))
}

function baseIndexes(name: string, table: BuildExtraConfigColumns<string, BaseColumns, 'pg'>) {
  return [
    index(`${name}_expires_at`).on(table.expiresAt),
    // Includes the expiry, so that a list of expired sessions skips many active ones without reading their rows.
    index(`${name}_last_seen_at`).on(table.lastSeenAt, table.expiresAt),
    // Includes rows without a user, at about seven bytes each. So a few anonymous sessions among many others are also found
    // quickly.
    index(`${name}_user_id`).on(table.userId.op('text_pattern_ops')),
    index(`${name}_ip`).on(table.ip.op('text_pattern_ops')).where(isNotNull(table.ip)),
    check(`${name}_data_object`, sql`jsonb_typeof(${table.data}) = 'object'`),
  ]
}

/**
 * The `sessions` table. Declare foreign keys to `id` with `ON DELETE CASCADE`, because sessions are deleted, not marked as deleted.
 */
export const sessionsTable = sessionsTableAs('sessions')
