import { isNotNull, sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { JsonObject } from '../../core/data/json.ts'

// Milliseconds, so that a JavaScript Date holds the whole value and can be compared with the column.
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * The `sessions` table. Foreign keys to `id` should say `ON DELETE CASCADE`: sessions are deleted, not marked.
 * Columns that a plain data write changes stand last and outside all indexes, so that PostgreSQL updates in place (HOT).
 */
export const sessionsTable = pgTable(
  'sessions',
  {
    id: uuid('id').primaryKey(),
    tokenHash: uuid('token_hash').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    authenticatedAt: instant('authenticated_at'),
    lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
    /** The session's own fixed end, if any. */
    expiryAt: instant('expiry_at'),
    /** The session's own idle lifetime, if any; 0: until the browser closes. */
    expiryIdleSeconds: integer('expiry_idle_seconds'),
    userId: text('user_id'),
    ip: text('ip'),
    userAgent: text('user_agent'),
    version: integer('version').notNull().default(1),
    data: jsonb('data').$type<JsonObject>().notNull(),
  },
  (table) => [
    index('sessions_expires_at').on(table.expiresAt),
    // With the expiry, so that many live sessions are passed over without looking at them where expired ones are listed.
    index('sessions_last_seen_at').on(table.lastSeenAt, table.expiresAt),
    // Of all rows: without a user they take some seven bytes each, and few anonymous sessions among many are found, too.
    index('sessions_user_id').on(table.userId.op('text_pattern_ops')),
    index('sessions_ip').on(table.ip.op('text_pattern_ops')).where(isNotNull(table.ip)),
    check('sessions_data_object', sql`jsonb_typeof(${table.data}) = 'object'`),
  ],
)
