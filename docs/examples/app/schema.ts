import { sessionsTable } from 'coatcheck/drizzle'
import { index, pgTable, text, uuid } from 'drizzle-orm/pg-core'

export const uploads = pgTable(
  'uploads',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    sessionId: uuid('session_id')
      .notNull()
      .references(() => sessionsTable.id, { onDelete: 'cascade' }),
    name: text('name').notNull(),
  },
  ({ sessionId }) => [index().on(sessionId)], // without it, each deleted session reads the whole table
)
