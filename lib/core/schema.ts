import { SessionError } from './errors.ts'
import { checkJson, checkKey, deepFreeze, invalid, type Json, type JsonObject } from './json.ts'

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

/** The data that `schema` describes. */
export type DataOf<Schemas> = { [K in keyof Schemas]: Types<Schemas[K]>['output'] }
/** The keys of `schema` that accept undefined, and so have a default (or an explicit undefined) on `get`. */
export type DefaultedOf<Schemas> = { [K in keyof Schemas]: undefined extends Types<Schemas[K]>['input'] ? K : never }[keyof Schemas]

type Types<Schema> = Schema extends { readonly '~standard': { readonly types?: infer T } }
  ? NonNullable<T> & SchemaTypes
  : SchemaTypes
type SchemaTypes = { readonly input: unknown; readonly output: unknown }

/** Maps one top-level value to JSON and back (Django's SESSION_SERIALIZER); merging by key still works. */
export interface Serializer {
  serialize(value: unknown): unknown
  deserialize(json: unknown): unknown
}

/** Values on their way into and out of a row. */
export interface Codec {
  /**
   * The JSON to store for `value` under `key`.
   * @throws {SessionError} DATA_INVALID or DATA_TOO_LARGE naming the key path; CONFIG_INVALID for a schema that validates asynchronously.
   */
  encode(key: string, value: unknown): Json
  /** The same without the schema: for values that have passed it. */
  toJson(key: string, value: unknown): Json
  /** The visible data of a row, deeply frozen: reserved keys, which begin with `_`, are left out. */
  decode(data: JsonObject): Readonly<Record<string, unknown>>
  /** What `get` answers for an absent key: the schema's output for undefined, if it accepts that. */
  defaultOf(key: string): unknown
  /** The keys that have a schema. */
  readonly keys: readonly string[]
}

/** Makes the codec of one `createSessions`. */
export function createCodec(schemas: AnySchemas = {}, serializer: Serializer | undefined, maxBytes: number): Codec {
  const keys = Object.keys(schemas)
  const schemaOf = (key: string) => (Object.hasOwn(schemas, key) ? schemas[key] : undefined)

  function encode(key: string, value: unknown): Json {
    checkKey(key, key)
    if (key.startsWith('_')) throw invalid(key, 'begins with _, which is reserved')
    const schema = schemaOf(key)
    if (!schema && keys.length > 0) throw invalid(key, `has no schema; the schemas are for ${keys.join(', ')}`)
    return toJson(key, schema ? validate(schema, key, value) : value)
  }

  function toJson(key: string, value: unknown): Json {
    return checkJson(serializer ? serializer.serialize(value) : value, key, maxBytes).json
  }

  function decode(data: JsonObject) {
    const visible = Object.entries(data).filter(([key]) => !key.startsWith('_'))
    return deepFreeze(Object.fromEntries(visible.map(([key, json]) => [key, serializer ? serializer.deserialize(json) : json])))
  }

  function defaultOf(key: string): unknown {
    const schema = schemaOf(key)
    const result = schema?.['~standard'].validate(undefined)
    return result && !(result instanceof Promise) && !result.issues ? deepFreeze(result.value) : undefined
  }

  return { encode, toJson, decode, defaultOf, keys }
}

function validate(schema: StandardSchema<unknown, unknown>, key: string, value: unknown): unknown {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise) {
    throw new SessionError('CONFIG_INVALID', `The schema of ${key} validates asynchronously; use one that does not.`)
  }
  const [issue] = result.issues ?? []
  if (!issue) return 'value' in result ? result.value : undefined
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' && part && 'key' in part ? part.key : part))
  throw invalid([key, ...path].join('.'), 'does not fit its schema')
}
