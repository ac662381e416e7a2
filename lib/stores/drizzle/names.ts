import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core'

/** Returns the quoted name of a table, with its schema if it has one: '"shop"."sessions"'. */
export function qualifiedName(table: PgTable): string {
  const { schema, name } = getTableConfig(table)
  return [schema, name]
    .filter((part) => part !== undefined)
    .map(quoted)
    .join('.')
}

/** Returns the name of a table for messages: 'shop.sessions'. */
export function readableName(table: PgTable): string {
  const { schema, name } = getTableConfig(table)
  return schema === undefined ? name : `${schema}.${name}`
}

/** Returns a name as an SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
