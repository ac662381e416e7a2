import { SessionError } from '../errors.ts'
import { checkJson, checkKey, deepFreeze, invalid, type Json, type JsonObject, jsonBytes } from './json.ts'
import { isReserved, sameJson } from './patch.ts'

/** The part of Standard Schema 1 that sessions use (standardschema.dev): zod, valibot, arktype and others speak it. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] }

/** One schema for each key of a session. */
export type AnySchemas = Readonly<Record<string, StandardSchema<unknown, unknown>>>

/** What `set` takes under `schema`. */
export type InputOf<Schemas> = { [K in keyof Schemas]: Types<Schemas[K]>['input'] }
/** The data that `schema` describes. */
export type DataOf<Schemas> = { [K in keyof Schemas]: Types<Schemas[K]>['output'] }
/**
 * The keys of `schema` that accept undefined, and so have a default (or an explicit undefined) on `get`. Not those that say to accept
 * anything (`z.coerce`), since what they make of undefined is often refused.
 */
export type DefaultedOf<Schemas> = {
  [K in keyof Schemas]: IsDefaulted<Types<Schemas[K]>['input']> extends true ? K : never
}[keyof Schemas]
type IsDefaulted<Input> = unknown extends Input ? false : undefined extends Input ? true : false

type Types<Schema> = Schema extends { readonly '~standard': { readonly types?: infer T } }
  ? NonNullable<T> & SchemaTypes
  : SchemaTypes
type SchemaTypes = { readonly input: unknown; readonly output: unknown }

/** Maps one top-level value to JSON and back (Django's SESSION_SERIALIZER), synchronously; merging by key still works. */
export interface Serializer {
  /** JSON for what `set` was given; what it throws rejects the write. */
  serialize(value: unknown): unknown
  /** What `get` answers for that JSON. */
  deserialize(json: unknown): unknown
}

/** Values on their way into and out of a row. */
export interface Codec {
  /**
   * The JSON to store for `value` under `key`.
   * @throws {SessionError} DATA_INVALID or DATA_TOO_LARGE naming the key path; CONFIG_INVALID for a schema that validates asynchronously.
   */
  encode(key: string, value: unknown): Json
  /** The JSON of a value that was read: without schema, whatever its size. */
  toJson(key: string, value: unknown): Json
  /**
   * Whether `value`, which a draft holds, is another than `before`.
   * @throws {SessionError} DATA_INVALID; DATA_TOO_LARGE if it is larger than before and than `maxBytes`, so that no walk is endless.
   */
  differs(key: string, value: unknown, before: Json | undefined): boolean
  /** The visible data of a row, deeply frozen. */
  decode(data: JsonObject): Readonly<Record<string, unknown>>
  /** The same to be changed, with the defaults of absent keys. */
  draft(data: JsonObject): Record<string, unknown>
  /** What `get` answers for an absent key: the schema's output for undefined, if it accepts that. Deeply frozen. */
  defaultOf(key: string): unknown
}

/** Makes the codec of one `createSessions`. */
export function createCodec(schemas: AnySchemas = {}, serializer: Serializer | undefined, maxBytes: number): Codec {
  const keys = Object.keys(schemas)
  const schemaOf = (key: string) => (Object.hasOwn(schemas, key) ? schemas[key] : undefined)
  const json = (key: string, value: unknown, limit: number) =>
    checkJson(serializer ? serializer.serialize(value) : value, key, limit).json
  const value = (stored: Json): unknown => (serializer ? serializer.deserialize(stored) : stored)

  const codec: Codec = {
    encode(key, input) {
      checkKey(key, key)
      if (isReserved(key)) throw invalid(key, 'begins with _, which is reserved')
      const schema = schemaOf(key)
      if (!schema && keys.length > 0) throw invalid(key, `has no schema; the schemas are for ${keys.join(', ')}`)
      return json(key, schema ? validate(schema, key, input) : input, maxBytes)
    },
    toJson: (key, read) => json(key, read, Number.POSITIVE_INFINITY),
    differs(key, held, before) {
      const limit = Math.max(maxBytes, before === undefined ? 0 : jsonBytes(before))
      return !sameJson(json(key, held, limit), before)
    },
    decode: (data) => deepFreeze(serializer ? deserialized(visible(data), serializer) : visible(data)),
    draft(data) {
      // Made anew from JSON, so that what a serializer gives keeps its class, and nothing is shared with what was read.
      const stored = Object.entries(visible(data)).map(([key, member]) => [key, value(structuredClone(member))] as const)
      const defaults = keys.map((key) => [key, freshDefault(key)] as const).filter(([, given]) => given !== undefined)
      // Without a prototype no key is special: not __proto__, which would be lost, nor constructor, which would seem to be there.
      return Object.assign(Object.create(null), Object.fromEntries([...defaults, ...stored]))
    },
    defaultOf: (key) => deepFreeze(freshDefault(key)),
  }

  function freshDefault(key: string): unknown {
    const result = schemaOf(key)?.['~standard'].validate(undefined)
    if (!result || isAsynchronous(result) || result.issues || result.value === undefined) return undefined
    return value(codec.toJson(key, result.value)) // a copy: a schema may answer the same object each time
  }

  return codec
}

/** The data without the library's own keys. */
export function visible(data: JsonObject): JsonObject {
  if (!Object.keys(data).some(isReserved)) return data // as for nearly every visitor
  return Object.fromEntries(Object.entries(data).filter(([key]) => !isReserved(key)))
}

function deserialized(data: JsonObject, serializer: Serializer): Record<string, unknown> {
  return Object.fromEntries(Object.entries(data).map(([key, stored]) => [key, serializer.deserialize(stored)]))
}

function isAsynchronous<T>(result: T | Promise<T>): result is Promise<T> {
  if (!(result instanceof Promise)) return false
  result.catch(() => {}) // it is refused already
  return true
}

function validate(schema: StandardSchema<unknown, unknown>, key: string, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  if (isAsynchronous(result)) {
    throw new SessionError('CONFIG_INVALID', `The schema of ${key} validates asynchronously; use one that does not.`)
  }
  const [issue] = result.issues ?? []
  if (!issue) return 'value' in result ? result.value : undefined
  // Array.from, since the paths of some vendors are arrays of a class whose map() adds an element.
  const path = Array.from(issue.path ?? [], (part) => String(typeof part === 'object' && part && 'key' in part ? part.key : part))
  throw invalid([key, ...path].join('.'), 'does not fit its schema')
}
