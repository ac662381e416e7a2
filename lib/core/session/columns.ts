import type { JsonObject } from '../data/json.ts'
import { applyPatch } from '../data/patch.ts'
import { type Codec, visible } from '../data/schema.ts'
import { SessionError } from '../errors.ts'
import type { Change, SessionStore } from '../store/store.ts'
import type { ColumnValues, StoredSession } from '../store/stored-session.ts'
import type { ColumnsOption, ColumnsSource } from '../user-options.ts'

type Source = Pick<StoredSession, 'id' | 'userId' | 'data'>

/** Computes the values of the app's own columns (Django: a model derived from AbstractBaseSession). */
export class Columns {
  readonly #compute: NonNullable<ColumnsOption>
  readonly #codec: Codec
  readonly #names: readonly string[] | 'any'

  /** @throws {SessionError} CONFIG_INVALID if the store has no columns of the app. */
  constructor(compute: NonNullable<ColumnsOption>, codec: Codec, { name, columnNames }: SessionStore) {
    if (!columnNames) {
      const remedy = 'Use drizzleStore with a table that has them, or remove the option.'
      throw config(`The option columns is set, but the store ${name} has no columns of the app. ${remedy}`)
    }
    this.#compute = compute
    this.#codec = codec
    this.#names = columnNames
  }

  /** Returns the values of all columns. */
  all({ id, userId, data }: Source): ColumnValues {
    const source: ColumnsSource = { id, userId, data: this.#readable(data) }
    const values = this.#compute(source)
    for (const [name, value] of Object.entries(values)) this.#check(name, value)
    return values
  }

  /**
   * Returns the values that `change` changes, and the values that the row lacks because the row is older than the column. Returns
   * undefined if there are none. Other values are not sent: a parallel request may have changed them since the row was read.
   */
  changed(row: StoredSession, change: Pick<Change, 'patch' | 'take' | 'userId'>): ColumnValues | undefined {
    const before = this.all(row)
    const after = this.all({ id: row.id, userId: change.userId ?? row.userId, data: dataAfter(row.data, change) })
    const isMissing = (name: string) => (row.columns?.[name] ?? null) === null && after[name] !== null
    const sent = Object.entries(after).filter(([name, value]) => value !== before[name] || isMissing(name))
    return sent.length > 0 ? Object.fromEntries(sent) : undefined
  }

  #check(name: string, value: unknown): void {
    if (this.#names !== 'any' && !this.#names.includes(name)) {
      const known = this.#names.join(', ') || 'none'
      throw config(`The option columns returned ${name}, which is not a column of the table; it has ${known}.`)
    }
    const isValue = value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value)
    if (isValue) return
    throw config(`The option columns returned ${typeof value} for ${name}; return a string, a finite number, a boolean or null.`)
  }

  /** One value that cannot be read must not prevent writes of other keys. */
  #readable(data: JsonObject): ColumnsSource['data'] {
    const entries = Object.entries(visible(data)).flatMap(([key, json]) => {
      try {
        return [[key, this.#codec.decode(key, json)] as const]
      } catch {
        return []
      }
    })
    return Object.freeze(Object.fromEntries(entries)) as ColumnsSource['data']
  }
}

function dataAfter(data: JsonObject, { patch, take }: Pick<Change, 'patch' | 'take'>): JsonObject {
  const remaining = take === undefined ? data : Object.fromEntries(Object.entries(data).filter(([key]) => key !== take))
  return patch ? applyPatch(remaining, patch) : remaining
}

function config(problem: string): SessionError {
  return new SessionError('CONFIG_INVALID', problem)
}
