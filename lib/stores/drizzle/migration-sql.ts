import { is, SQL, sql } from 'drizzle-orm'
import { getTableConfig, type Index, type IndexedColumn, type PgColumn, PgDialect } from 'drizzle-orm/pg-core'
import { migrations } from './migrations.ts'
import { qualifiedName, quoted } from './names.ts'
import { ownColumnsOf, type SessionsTable, sessionsTable } from './schema.ts'

/** An index to create: the statement is CREATE, `kind`, optionally CONCURRENTLY, and `definition`. */
export interface IndexSql {
  readonly name: string
  readonly kind: 'INDEX' | 'UNIQUE INDEX'
  readonly definition: string
}

/** One migration of a table, with the table's names. */
export interface Migration {
  readonly createdMillis: number
  /** All statements in their order. They create a new table. */
  readonly statements: readonly string[]
  /**
   * The indexes that it creates. None of them needs another statement of the migration, so they can be created first.
   */
  readonly indexes: readonly IndexSql[]
  /** The statements that create no index. */
  readonly others: readonly string[]
}

/** Returns the migrations of a table, oldest first. */
export function migrationsOf(table: SessionsTable): Migration[] {
  return migrations.map(({ createdMillis, statements: originals }) => {
    const statements = originals.map((statement) => renamed(statement, table))
    const indexes = statements.flatMap((statement) => {
      const [, name, rest] = /^CREATE INDEX "(\w+)"(.*)$/s.exec(statement) ?? []
      return name === undefined ? [] : [{ name, kind: 'INDEX' as const, definition: `"${name}"${rest}` }]
    })
    return { createdMillis, statements, indexes, others: statements.filter((text) => !text.startsWith('CREATE INDEX')) }
  })
}

/** Returns the quoted name of the table that records which migrations a table has. */
export function journalName(table: SessionsTable): string {
  if (qualifiedName(table) === qualifiedName(sessionsTable)) return quoted('coatcheck_migrations')
  const { schema, name } = getTableConfig(table)
  const journal = quoted(`${name}_migrations`)
  return schema === undefined ? journal : `${quoted(schema)}.${journal}`
}

/**
 * Replaces the names of the table `sessions`, its indexes and its constraints. Adds the schema only to the names of
 * existing indexes.
 */
function renamed(statement: string, table: SessionsTable): string {
  const { schema, name } = getTableConfig(table)
  const prefix = schema === undefined ? '' : `${quoted(schema)}.`
  return statement.replace(/((?:DROP|ALTER) INDEX )?"sessions(_\w+)?"/g, (_, change: string | undefined, suffix?: string) => {
    if (suffix === undefined) return prefix + quoted(name)
    return (change ? change + prefix : '') + quoted(name + suffix)
  })
}

/** Returns the statement that adds the app's own columns that `existing` lacks; undefined if none is missing. */
export function addColumns(table: SessionsTable, existing: readonly string[]): string | undefined {
  const missing = Object.values(ownColumnsOf(table)).filter(({ name }) => !existing.includes(name))
  const parts = missing.map((column) => `ADD COLUMN IF NOT EXISTS ${columnDefinition(column)}`)
  return parts.length > 0 ? `ALTER TABLE ${qualifiedName(table)} ${parts.join(', ')}` : undefined
}

function columnDefinition(column: PgColumn): string {
  const { name, default: value, notNull } = column
  const given = is(value, SQL) ? value : sql.param(value, column)
  const byDefault = value === undefined ? '' : ` DEFAULT ${inline(sql`${given}`)}`
  return `${quoted(name)} ${column.getSQLType()}${byDefault}${notNull ? ' NOT NULL' : ''}`
}

/** Returns the app's own indexes. */
export function ownIndexes(table: SessionsTable): IndexSql[] {
  const { indexes, name } = getTableConfig(table)
  const base = new Set(getTableConfig(sessionsTable).indexes.map(({ config }) => config.name?.replace('sessions', name)))
  return indexes.filter(({ config }) => !base.has(config.name)).map((index) => indexSql(index, table))
}

function indexSql({ config }: Index, table: SessionsTable): IndexSql {
  const { name = '', unique, method = 'btree', where } = config
  const keys = config.columns.map((key) => (is(key, SQL) ? `(${inline(key)})` : indexKey(key as IndexedColumn)))
  const condition = where ? ` WHERE ${inline(where)}` : ''
  const definition = `${quoted(name)} ON ${qualifiedName(table)} USING ${method} (${keys.join(', ')})${condition}`
  return { name, kind: unique ? 'UNIQUE INDEX' : 'INDEX', definition }
}

function indexKey({ name = '', indexConfig }: IndexedColumn): string {
  const { opClass, order, nulls } = indexConfig
  // Methods such as gin accept no order, not even the default one.
  const isDefault = order !== 'desc' && nulls !== 'first'
  return [quoted(name), opClass, ...(isDefault ? [] : [order, `NULLS ${nulls}`])].filter(Boolean).join(' ')
}

/** Returns SQL with literal values and with unqualified columns, as definitions require. */
function inline(part: SQL): string {
  return new PgDialect().sqlToQuery(part.inlineParams(), 'indexes').sql
}
