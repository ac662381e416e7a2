import { isReserved } from '../data/patch.ts'
import type { Codec } from '../data/schema.ts'
import { unreadable, visible } from '../data/schema.ts'
import type { StoredSession } from '../store/stored-session.ts'

/** The visible data of one row. Each value is converted when it is first read, so one unreadable value affects only its own key. */
export class StoredData {
  readonly #codec: Codec
  readonly #json: Readonly<Record<string, unknown>>
  readonly #row: StoredSession | null
  readonly #unreadable: readonly string[]
  readonly #values = new Map<string, unknown>()
  #all: Readonly<Record<string, unknown>> | null = null

  constructor(codec: Codec, row: StoredSession | null) {
    this.#codec = codec
    this.#row = row
    this.#json = visible(row?.data ?? {})
    this.#unreadable = row?.unreadable?.filter((key) => !isReserved(key)) ?? []
  }

  /** The names of the keys. */
  get keys(): readonly string[] {
    return [...Object.keys(this.#json), ...this.#unreadable]
  }

  /** Returns true if the key is stored. */
  has(key: string): boolean {
    return Object.hasOwn(this.#json, key) || this.#unreadable.includes(key)
  }

  /**
   * Returns the value of a stored key, deeply frozen.
   * @throws {SessionError} DATA_INVALID if the store or the serializer cannot read it.
   */
  read(key: string): unknown {
    if (!this.#values.has(key)) {
      const json = this.#row?.data[key]
      if (json === undefined) throw unreadable(key)
      this.#values.set(key, this.#codec.decode(key, json))
    }
    return this.#values.get(key)
  }

  /** All values, deeply frozen. Created once. */
  get all(): Readonly<Record<string, unknown>> {
    this.#all ??= Object.freeze(Object.fromEntries(this.keys.map((key) => [key, this.read(key)])))
    return this.#all
  }
}
