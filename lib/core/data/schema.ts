import type { StandardSchemaV1 } from '@standard-schema/spec'
import { SessionError } from '../errors.ts'
import { checkJson, checkKey, deepFreeze, invalid, type Json, type JsonObject, jsonBytes } from './json.ts'
import { isReserved, sameJson } from './patch.ts'

/** One Standard Schema (standardschema.dev) for each key of a session. */
export type AnySchemas = Readonly<Record<string, StandardSchemaV1>>

/** The values that `set` accepts under `schema`. */
export type InputOf<Schemas> = { [K in keyof Schemas]: Types<Schemas[K]>['input'] }
/** The data that `schema` describes. */
export type DataOf<Schemas> = { [K in keyof Schemas]: Types<Schemas[K]>['output'] }
/**
 * The keys whose schema accepts undefined. `get` returns the schema's output for undefined as their default. Schemas
 * that accept any input (`z.coerce`) are excluded, because they often reject the value to which they convert undefined.
 */
export type DefaultedOf<Schemas> = {
  [K in keyof Schemas]: IsDefaulted<Types<Schemas[K]>['input']> extends true ? K : never
}[keyof Schemas]
type IsDefaulted<Input> = unknown extends Input ? false : undefined extends Input ? true : false

type Types<Schema> = Schema extends { readonly '~standard': { readonly types?: infer T } }
  ? NonNullable<T> & SchemaTypes
  : SchemaTypes
type SchemaTypes = { readonly input: unknown; readonly output: unknown }

/**
 * Converts one top-level value to JSON and back, synchronously (Django's SESSION_SERIALIZER). Keys are still merged one
 * by one.
 */
export interface Serializer {
  /** Returns the JSON for a value given to `set`. An error that it throws rejects the write. */
  serialize(value: unknown): unknown
  /** Converts stored JSON to the value that `get` returns. */
  deserialize(json: unknown): unknown
}

/** Converts values to the JSON of a row and back. */
export interface Codec {
  /**
   * Validates `value` and returns the JSON to store under `key`.
   * @throws {SessionError} DATA_INVALID or DATA_TOO_LARGE naming the key path; CONFIG_INVALID for a schema that
   * validates asynchronously.
   */
  encode(key: string, value: unknown): Json
  /** Converts a value that was read back to JSON, without checking the schema or the size. */
  toJson(key: string, value: unknown): Json
  /**
   * Returns true if `value`, taken from a draft, differs from `before`.
   * @throws {SessionError} DATA_INVALID; DATA_TOO_LARGE if `value` is larger than both `before` and `maxBytes`, so that no walk is
   * endless.
   */
  differs(key: string, value: unknown, before: Json | undefined): boolean
  /**
   * Returns the value of stored JSON, deeply frozen.
   * @throws {SessionError} DATA_INVALID if the serializer cannot read it.
   */
  decode(key: string, json: Json): unknown
  /** Returns a mutable copy of the visible data, with the defaults of absent keys, and the keys that cannot be read. */
  draft(data: JsonObject): { readonly draft: Record<string, unknown>; readonly unreadable: readonly string[] }
  /** Returns the schema's output for undefined if it accepts undefined, deeply frozen: the default of `get`. */
  defaultOf(key: string): unknown
}

/** Creates the codec of one `createSessions`. */
export function createCodec(schemas: AnySchemas = {}, serializer: Serializer | undefined, maxBytes: number): Codec {
  const keys = Object.keys(schemas)
  const schemaOf = (key: string) => (Object.hasOwn(schemas, key) ? schemas[key] : undefined)
  const json = (key: string, value: unknown, limit: number) =>
    checkJson(serializer ? serializer.serialize(value) : value, key, limit).json
  const read = (key: string, stored: Json): unknown => {
    try {
      return serializer ? serializer.deserialize(stored) : stored
    } catch {
      throw unreadable(key)
    }
  }
  const toJson = (key: string, value: unknown) => json(key, value, Number.POSITIVE_INFINITY)
  const freshDefault = (key: string): unknown => {
    const value = defaultOutput(schemaOf(key))
    // Reads a copy, because a schema may return the same object each time.
    return value === undefined ? undefined : read(key, toJson(key, value))
  }

  return {
    encode(key, input) {
      checkKey(key, key)
      if (isReserved(key)) throw invalid(key, 'starts with _, which is reserved')
      const schema = schemaOf(key)
      if (!schema && keys.length > 0) throw invalid(key, `has no schema; the schemas are for ${keys.join(', ')}`)
      return json(key, schema ? validate(schema, key, input) : input, maxBytes)
    },
    toJson,
    differs(key, current, before) {
      const limit = Math.max(maxBytes, before === undefined ? 0 : jsonBytes(before))
      return !sameJson(json(key, current, limit), before)
    },
    decode: (key, stored) => deepFreeze(read(key, stored)),
    draft(data) {
      const defaults = keys.map((key) => [key, freshDefault(key)] as const)
      return draftOf(data, new Map(defaults.filter(([, given]) => given !== undefined)), read)
    },
    defaultOf: (key) => deepFreeze(freshDefault(key)),
  }
}

/** Returns the draft of `data` on top of `defaults`, and the keys that `read` cannot read. */
function draftOf(data: JsonObject, defaults: ReadonlyMap<string, unknown>, read: Codec['decode']): ReturnType<Codec['draft']> {
  const unreadable: string[] = []
  const values = new Map(defaults)
  for (const [key, member] of Object.entries(visible(data))) {
    try {
      // Reads a copy, so that the draft shares no object with the values that were read.
      values.set(key, read(key, structuredClone(member)))
    } catch {
      unreadable.push(key)
    }
  }
  // Without a prototype, no key is special: `__proto__` is not lost, and `constructor` is absent unless it is stored.
  return { draft: Object.assign(Object.create(null), Object.fromEntries(values)), unreadable }
}

/** Returns the data without reserved keys. */
export function visible(data: JsonObject): JsonObject {
  if (!Object.keys(data).some(isReserved)) return data // the usual case
  return Object.fromEntries(Object.entries(data).filter(([key]) => !isReserved(key)))
}

/**
 * Returns the DATA_INVALID error for a stored value that cannot be read. The message does not contain the value, which may be a
 * secret.
 */
export function unreadable(key: string): SessionError {
  return new SessionError('DATA_INVALID', `The stored value of ${key} cannot be read. Set the key again, or delete it.`)
}

function isAsynchronous<T>(result: T | Promise<T>): result is Promise<T> {
  if (!(result instanceof Promise)) return false
  result.catch(() => {}) // the caller has already rejected the schema
  return true
}

/** Returns the schema's output for undefined, or undefined if it rejects undefined or validates asynchronously. */
function defaultOutput(schema: StandardSchemaV1 | undefined): unknown {
  const result = schema?.['~standard'].validate(undefined)
  return !result || isAsynchronous(result) || result.issues ? undefined : result.value
}

function validate(schema: StandardSchemaV1, key: string, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  if (isAsynchronous(result)) {
    throw new SessionError('CONFIG_INVALID', `The schema of ${key} validates asynchronously; use a synchronous schema.`)
  }
  const [issue] = result.issues ?? []
  if (!issue) return 'value' in result ? result.value : undefined
  // Array.from, because some vendors' paths are of an array class whose map() adds an element.
  const path = Array.from(issue.path ?? [], (part) => String(typeof part === 'object' && part && 'key' in part ? part.key : part))
  throw invalid([key, ...path].join('.'), 'does not match its schema')
}
