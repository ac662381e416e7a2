import { sql } from 'drizzle-orm'
import { formatNumber } from '../core/administration/format.ts'
import { storeFailed, withDeadline } from '../core/store/deadline.ts'
import type { SessionStore } from '../core/store/store.ts'
import type { MigrationState } from '../stores/drizzle/migrate.ts'
import type { DrizzlePart } from '../stores/drizzle/part.ts'
import type { App, AppDatabase } from './app.ts'
import { innermostCode, printableError } from './errors.ts'
import { clockFinding, type Finding, ok, type PartResult } from './finding.ts'
import { connectionRemedy, type FailedDatabase, failureText } from './remedies.ts'
import { timeoutMs } from './with-sessions.ts'

/** Checks that the database responds, that its clock agrees with this machine's, and that it has the table of sessions. */
export async function checkDatabase(
  open: () => Promise<AppDatabase>,
  failedDatabase: App['failedDatabase'],
  drizzle: DrizzlePart,
  store: SessionStore,
): Promise<PartResult> {
  const findings: Finding[] = []
  const facts: Record<string, unknown> = {}
  try {
    const opened = await open()
    Object.assign(facts, { driver: opened.driver })
    const parts = [() => checkServer(opened), () => checkTable(drizzle, opened.db), () => checkSessions(store)]
    for (const checkPart of parts) {
      const part = await checkPart()
      findings.push(...part.findings)
      Object.assign(facts, part.facts)
      if (part.findings.some(({ name, remedy }) => remedy !== null && !independent.includes(name))) break
    }
  } catch (error) {
    const failure = failureFinding(error, drizzle.table, failedDatabase())
    // A column of the app can be missing although all migrations are applied.
    return { findings: [...findings.filter(({ name }) => name !== failure.name), failure], facts }
  }
  return { findings, facts }
}

/** A problem in one of these parts does not stop the next parts from being checked. */
const independent = ['Clock', 'Pool']

async function checkServer({ db, description, driver, lacksQueryTimeout }: AppDatabase): Promise<PartResult> {
  const sentAt = Date.now()
  const [row] = await db
    .select({
      version: sql<string>`current_setting('server_version')`,
      now: sql<string>`extract(epoch from clock_timestamp())::text`,
    })
    .from(sql`(select 1) as one`)
  const serverVersion = row?.version.split(' ')[0] ?? 'unknown'
  const clockDifferenceMs = Math.round(Number(row?.now) * 1000 - (sentAt + Date.now()) / 2)
  const server = ok('Database', `PostgreSQL ${serverVersion}, ${description}, driver ${driver}`)
  const findings = [server, clockFinding('the database', clockDifferenceMs), ...(lacksQueryTimeout ? [poolFinding] : [])]
  return { findings, facts: { serverVersion, clockDifferenceMs } }
}

const poolFinding: Finding = {
  name: 'Pool',
  text: 'the pool of the app has no query_timeout, so it never replaces a connection whose packets are lost',
  remedy: 'Pass query_timeout: 5000 to the pool: node_modules/coatcheck/docs/stores.md#timeouts',
}

async function checkTable(drizzle: DrizzlePart, db: AppDatabase['db']): Promise<PartResult> {
  const state = await drizzle.migrationState(db)
  return { findings: [{ name: 'Table', ...describeTable(drizzle.table, state) }], facts: { migrations: state.counts } }
}

function describeTable(name: string, { table, journal, counts }: MigrationState): Omit<Finding, 'name'> {
  if (!table) return { text: `the table ${name} does not exist`, remedy: 'Create it with: npx coatcheck migrate' }
  if (!journal) return { text: `the table ${name} exists, but was not created by coatcheck migrate`, remedy: null }
  if (!counts) return { text: `the table ${name} exists; this user may not read the record of migrations`, remedy: null }
  const { applied, missing } = counts
  const total = applied + missing
  if (missing === 0) return { text: `up to date (${total} of ${total} migrations applied)`, remedy: null }
  return { text: `${missing} of ${total} migrations not applied`, remedy: 'Apply them with: npx coatcheck migrate' }
}

async function checkSessions(appStore: SessionStore): Promise<PartResult> {
  const store = withDeadline(appStore, timeoutMs)
  await store.list({ sort: 'created', limit: 1 }) // selects every column, so a missing column is an error
  const active = await store.count({ status: 'active' })
  const expired = await store.count({ status: 'expired' })
  const text = `${formatNumber(active)} active, ${formatNumber(expired)} expired and not yet deleted`
  return { findings: [ok('Sessions', text)], facts: { active, expired } }
}

function failureFinding(error: unknown, table: string, database: FailedDatabase): Finding {
  const { code: errorCode, message } = printableError(error, 'check')
  if (errorCode === 'CONFIG_INVALID') return { name: 'Database', text: 'cannot be opened', remedy: message }
  const code = innermostCode(storeFailed(error, 'none').cause)
  if (code === '42703') return { name: 'Table', text: `the table ${table} lacks a column`, remedy: 'Run: npx coatcheck migrate' }
  const fallback = errorCode === 'INTERNAL' ? 'The log of the database server shows the cause.' : message
  const grant = `The user has no access to the table. Grant it with: GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO …`
  const remedy = code === '42501' ? grant : (connectionRemedy(code, database) ?? fallback)
  return { name: 'Database', text: failureText(code, database), remedy }
}
