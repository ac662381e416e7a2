import { isNotNull, sql } from 'drizzle-orm'
import { check, index, integer, jsonb, pgTable, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { JsonObject } from '../../core/data/json.ts'

// Milliseconds, so that a JavaScript Date holds the exact value and can be compared with the column.
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3 })

/**
 * The `sessions` table. Declare foreign keys to `id` with `ON DELETE CASCADE`, because sessions are deleted, not marked as deleted.
 * The columns that a plain data write changes come last and are in no index, so that PostgreSQL can update a row in place (HOT).
 */
export const sessionsTable = pgTable(
  'sessions',
  {
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
    ip: text('ip'),
    userAgent: text('user_agent'),
    version: integer('version').notNull().default(1),
    data: jsonb('data').$type<JsonObject>().notNull(),
  },
  (table) => [
    index('sessions_expires_at').on(table.expiresAt),
    // Includes the expiry, so that a list of expired sessions skips many active ones without reading their rows.
    index('sessions_last_seen_at').on(table.lastSeenAt, table.expiresAt),
    // Includes rows without a user, at about seven bytes each. This also finds few anonymous sessions among many sessions quickly.
    index('sessions_user_id').on(table.userId.op('text_pattern_ops')),
    index('sessions_ip').on(table.ip.op('text_pattern_ops')).where(isNotNull(table.ip)),
    check('sessions_data_object', sql`jsonb_typeof(${table.data}) = 'object'`),
  ],
)
