import { and, isNull, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import { SessionError } from '../../core/errors.ts'
import type { ColumnValues } from '../../core/store/stored-session.ts'
import { ownColumnsOf, type SessionsTable } from './schema.ts'

/**
 * The app's own columns of one table. Every part is empty for a table without own columns, so that it adds nothing to a
 * statement.
 */
export class OwnColumns {
  /** The names that the app uses, in the order of `selected`. */
  readonly names: readonly string[]
  /** The values as JSON: numbers and booleans as such, all other types as text. */
  readonly selected: readonly SQL[]
  readonly #columns: Readonly<Record<string, PgColumn>>

  constructor(table: SessionsTable) {
    this.#columns = ownColumnsOf(table)
    this.names = Object.keys(this.#columns)
    this.selected = Object.values(this.#columns).map(jsonValue)
  }

  /** Returns the columns of an UPDATE, which replaces only the given columns. */
  updated(): Record<string, SQL> {
    return this.#assigned((column) => sql`${column}`)
  }

  /** Returns the columns of an INSERT, in which the other columns have their defaults. */
  inserted(): Record<string, SQL> {
    return this.#assigned((column) => sql`${column.default ?? null}::${sql.raw(column.getSQLType())}`)
  }

  /** Returns the values of a statement with `updated` or `inserted` columns. */
  values(given: ColumnValues = {}): Record<string, unknown> {
    this.#check(given)
    return Object.fromEntries(
      this.names.flatMap((name, at) => [
        [`own${at}`, given[name] === undefined || given[name] === null ? null : String(given[name])],
        [`sets${at}`, given[name] !== undefined],
      ]),
    )
  }

  /** Returns the condition for rows whose columns have these values; null selects rows in which the column is empty. */
  condition(filter: ColumnValues = {}): SQL | undefined {
    this.#check(filter)
    const conditions = Object.entries(filter).map(([name, value]) => {
      const column = this.#columns[name] as PgColumn
      return value === null ? isNull(column) : sql`${column} = ${cast(String(value), column)}`
    })
    return and(...conditions)
  }

  #assigned(otherwise: (column: PgColumn) => SQL): Record<string, SQL> {
    const columns = Object.entries(this.#columns)
    const assigned = columns.map(([name, column], at) => {
      const value = cast(sql.placeholder(`own${at}`), column)
      return [name, sql`case when ${sql.placeholder(`sets${at}`)}::boolean then ${value} else ${otherwise(column)} end`] as const
    })
    return Object.fromEntries(assigned)
  }

  #check(given: ColumnValues): void {
    const unknown = Object.keys(given).find((name) => !Object.hasOwn(this.#columns, name))
    if (unknown === undefined) return
    const known = this.names.length > 0 ? `it has ${this.names.join(', ')}` : 'add it with sessionsTableAs'
    throw new SessionError('CONFIG_INVALID', `${unknown} is not one of the app's own columns of the table; ${known}.`)
  }
}

/** Sends a value as text, which the server casts: drivers send other types in different ways. */
function cast(value: unknown, column: PgColumn): SQL {
  return sql`${value}::text::${sql.raw(column.getSQLType())}`
}

function jsonValue(column: PgColumn): SQL {
  return column.dataType === 'number' || column.dataType === 'boolean' ? sql`${column}` : sql`${column}::text`
}
