import { sql } from 'drizzle-orm'
import { storeFailed, withDeadline } from '../core/store/deadline.ts'
import { SessionError } from '../core/errors.ts'
import type { PostgresDatabase } from '../stores/drizzle/database.ts'
import { type MigrationState, migrationState } from '../stores/drizzle/migrate.ts'
import { drizzleStore } from '../stores/drizzle/store.ts'
import { openDatabase } from './database.ts'
import { codeOf, failureOf } from './failure.ts'
import { type Checked, clockFinding, type Finding } from './findings.ts'
import type { Terminal } from './terminal.ts'
import { counted, whole } from './format.ts'

/** Whether the database answers, has its table, and tells the same time. */
export async function checkDatabase({ env, say }: Terminal): Promise<Checked> {
  const findings: Finding[] = []
  const facts: Record<string, unknown> = {}
  try {
    const { db, driver, place, close } = await openDatabase(env, { say })
    Object.assign(facts, { driver })
    try {
      for (const look of [lookAtServer, lookAtTable, lookAtSessions]) {
        const looked = await look(db, `${place}, through ${driver}`)
        findings.push(...looked.findings)
        Object.assign(facts, looked.facts)
        if (looked.findings.some(({ name, remedy }) => remedy !== null && name !== 'Clock')) break
      }
    } finally {
      await close()
    }
  } catch (error) {
    findings.push(unreachable(error))
  }
  return { findings, facts }
}

async function lookAtServer(db: PostgresDatabase, place: string): Promise<Checked> {
  const asked = Date.now()
  const [row] = await db
    .select({
      version: sql<string>`current_setting('server_version')`,
      now: sql<string>`extract(epoch from clock_timestamp())::text`,
    })
    .from(sql`(select 1) as one`)
  const serverVersion = row?.version.split(' ')[0] ?? 'unknown'
  const clockDifferenceMs = Math.round(Number(row?.now) * 1000 - (asked + Date.now()) / 2)
  const found = { name: 'Database', text: `PostgreSQL ${serverVersion} in ${place}`, remedy: null }
  return { findings: [found, clockFinding("the database's", clockDifferenceMs)], facts: { serverVersion, clockDifferenceMs } }
}

async function lookAtTable(db: PostgresDatabase): Promise<Checked> {
  const state = await migrationState(db)
  return { findings: [{ name: 'Table', ...tableWords(state) }], facts: { migrations: state.counts } }
}

function tableWords({ table, journal, counts }: MigrationState): Omit<Finding, 'name'> {
  if (!table) return { text: 'the table sessions is missing', remedy: 'Make it with: coatcheck migrate' }
  if (!journal) return { text: 'the table sessions is there; others than coatcheck migrate have made it', remedy: null }
  if (!counts) return { text: 'the table sessions is there; its migrations cannot be read by this user', remedy: null }
  const { applied, missing } = counts
  if (missing === 0) return { text: `up to date, ${counted(applied, 'migration')} applied`, remedy: null }
  return { text: `${counted(missing, 'migration')} of ${applied + missing} missing`, remedy: 'Apply them with: coatcheck migrate' }
}

async function lookAtSessions(db: PostgresDatabase): Promise<Checked> {
  const store = withDeadline(drizzleStore(db), 120_000)
  await store.list({ sort: 'created', limit: 1 }) // names every column
  const active = await store.count({ status: 'active' })
  const expired = await store.count({ status: 'expired' })
  const text = `${whole(active)} active, ${whole(expired)} expired and not yet cleared`
  return { findings: [{ name: 'Sessions', text, remedy: null }], facts: { active, expired } }
}

const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there. Start PostgreSQL, or correct the URL.',
  ENOTFOUND: 'Nobody knows this host. Correct it in the URL.',
  ETIMEDOUT: 'The host does not answer. Correct the URL, or open the way to it.',
  '28P01': 'It refused the password. Correct it in the URL.',
  '28000': 'It refused the user. Correct the URL, or ask for ssl: ?sslmode=require',
  '3D000': 'The server has no database of this name. Make it (createdb), or correct the URL.',
  '42501': 'The user may not use the table. Grant the right: GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO …',
  '42703': 'A column is missing. Run: coatcheck migrate',
}

function unreachable(error: unknown): Finding {
  const failure = failureOf(error)
  if (error instanceof SessionError && error.code === 'CONFIG_INVALID') {
    return { name: 'Database', text: 'cannot be opened', remedy: failure.message }
  }
  if (failure.code === 'CONFIG_INVALID') return { name: 'Database', text: 'cannot be opened', remedy: failure.message }
  const code = codeOf(error) ?? codeOf(storeFailed(error, 'none'))
  const remedy = remedies[code ?? ''] ?? failure.message
  return { name: 'Database', text: `failed (${code ?? 'no code'})`, remedy }
}
