import { SessionError } from '../errors.ts'

/** A value that a session can hold, because JSON expresses it without loss. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
/** A JSON object. */
export type JsonObject = { readonly [key: string]: Json }

const maxDepth = 100

/** A checked copy of a value, and its size once stored. */
export interface CheckedJson {
  readonly json: Json
  readonly bytes: number
}

/**
 * Copies `value` and measures it. The size is that of the longest compact JSON that a store may print, so numbers are counted
 * without an exponent.
 * @param path Names the value in errors.
 * @param limit Stops the copying above this size in bytes, so that shared references cannot make it endless.
 * @throws {SessionError} DATA_INVALID naming the key path if JSON cannot hold the value; DATA_TOO_LARGE beyond `limit` bytes.
 */
export function checkJson(value: unknown, path: string, limit: number): CheckedJson {
  const check = new JsonCheck(path, limit)
  return { json: check.copy(value, path, 0), bytes: check.bytes }
}

class JsonCheck {
  bytes = 0
  readonly #path: string
  readonly #limit: number

  constructor(path: string, limit: number) {
    this.#path = path
    this.#limit = limit
  }

  copy(item: unknown, at: string, depth: number): Json {
    if (item === null || typeof item === 'boolean') {
      this.#count(5)
      return item
    }
    if (typeof item === 'number') {
      if (!Number.isFinite(item)) throw invalid(at, `is ${item}; only finite numbers can be stored`)
      this.#count(numberBytes(item))
      return item === 0 ? 0 : item // -0 has no JSON form
    }
    if (typeof item === 'string') {
      checkText(item, at)
      this.#count(stringBytes(item))
      return item
    }
    if (depth >= maxDepth) throw invalid(this.#path, `is nested deeper than ${maxDepth} levels or refers to itself`)
    return isArray(item, at) ? this.#copyArray(item, at, depth) : this.#copyObject(item, at, depth)
  }

  #copyArray(item: readonly unknown[], at: string, depth: number): Json {
    const elements = whileReading(at, () => {
      this.#count(2 + item.length)
      return plainElements(item, at)
    })
    return elements.map((element, index) => this.copy(element, `${at}[${index}]`, depth + 1))
  }

  #copyObject(item: unknown, at: string, depth: number): Json {
    this.#count(2)
    const copy: Record<string, Json> = {}
    for (const [key, member] of plainEntries(item, at)) {
      const memberPath = `${at}.${key}`
      checkKey(key, memberPath)
      this.#count(stringBytes(key) + 2)
      copy[key] = this.copy(member, memberPath, depth + 1)
    }
    return copy
  }

  #count(more: number): void {
    this.bytes += more
    if (this.bytes > this.#limit) throw tooLarge(this.#path, this.#limit)
  }
}

/** Returns the size of stored JSON, measured as by `checkJson`. */
export function jsonBytes(value: Json): number {
  if (value === null || typeof value === 'boolean') return 5
  if (typeof value === 'number') return numberBytes(value)
  if (typeof value === 'string') return stringBytes(value)
  if (Array.isArray(value)) return value.reduce<number>((sum, element) => sum + jsonBytes(element) + 1, 2)
  return Object.entries(value).reduce((sum, [key, member]) => sum + stringBytes(key) + 2 + jsonBytes(member), 2)
}

/** @throws {SessionError} DATA_INVALID for a key that a store or JavaScript would not return unchanged. */
export function checkKey(key: unknown, path: string): void {
  if (typeof key !== 'string') throw invalid('A key', `is ${kindOf(key)}; keys are text`)
  if (key === '__proto__') throw invalid(path, 'is named __proto__, which JavaScript treats as a prototype')
  checkText(key, path)
}

/**
 * Freezes the plain objects and arrays in `value`. Changing a value that was read then throws a TypeError, instead of losing the
 * change silently.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || !(Array.isArray(value) || isPlain(value)))
    return value
  Object.freeze(value)
  for (const member of Object.values(value)) deepFreeze(member)
  return value
}

/** Returns a `DATA_INVALID` error that names the path and the problem, never the value. */
export function invalid(path: string, problem: string): SessionError {
  return new SessionError('DATA_INVALID', `${path} ${problem}. Nothing was written.`)
}

/** Returns the `DATA_INVALID` error for an argument of a call that may only read, such as a filter. */
export function invalidArgument(name: string, problem: string): SessionError {
  return new SessionError('DATA_INVALID', `${name} ${problem}.`)
}

/** Returns a `DATA_TOO_LARGE` error that names the path and the limit. */
export function tooLarge(path: string, limit: number): SessionError {
  return new SessionError(
    'DATA_TOO_LARGE',
    `${path} takes more than ${limit} bytes of JSON. Store less, or raise maxBytes. Nothing was written.`,
  )
}

/**
 * Returns the entries of a plain object.
 * @throws {SessionError} DATA_INVALID for any other value.
 */
export function plainEntries(item: unknown, at: string): [string, unknown][] {
  return whileReading(at, () => {
    if (typeof item !== 'object' || item === null) throw invalid(at, `is ${kindOf(item)}, which JSON cannot hold`)
    if (!isPlain(item)) throw invalid(at, `is a ${classOf(item)}; store plain objects, or set a serializer`)
    if (Object.getOwnPropertySymbols(item).length > 0) throw invalid(at, 'has symbol keys, which JSON cannot hold')
    return Object.entries(item)
  })
}

/**
 * Reads each element of a plain array once and without the array's own methods, so that the checked value is the stored
 * value.
 */
function plainElements(item: readonly unknown[], at: string): unknown[] {
  if (!isPlain(Object.getPrototypeOf(item))) throw invalid(at, `is a ${classOf(item)}; store plain arrays, or set a serializer`)
  const own = Reflect.ownKeys(item)
  const whole = own.length === item.length + 1 && own.every((key, index) => key === String(index) || key === 'length')
  if (!whole) throw invalid(at, 'has holes or named properties; fill or remove them')
  return Array.from({ length: own.length - 1 }, (_, index) => item[index])
}

/**
 * A prototype without a prototype is the Object.prototype of some realm. Bundlers and test runners create several
 * realms.
 */
function isPlain(item: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(item)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function isArray(item: unknown, at: string): item is readonly unknown[] {
  return whileReading(at, () => Array.isArray(item))
}

/** Getters and proxies can make `read` throw anything. The thrown value may contain data, so it is replaced. */
function whileReading<T>(at: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof SessionError ? error : invalid(at, 'throws when it is read')
  }
}

/**
 * Returns the name of the class of `item`. An own property named `constructor` is data and must not appear in a
 * message.
 */
function classOf(item: object): string {
  const { constructor: made }: { constructor?: unknown } = Object.getPrototypeOf(item) ?? {}
  return (typeof made === 'function' && made.name) || 'class instance'
}

function kindOf(item: unknown): string {
  if (item === undefined || item === null) return String(item)
  return typeof item === 'object' ? 'an object' : `a ${typeof item}`
}

/** Returns true if every store can hold `text`. */
export function isText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed()
}

function checkText(text: string, at: string): void {
  if (text.includes('\u0000')) throw invalid(at, 'contains the character U+0000, which cannot be stored')
  if (!text.isWellFormed()) throw invalid(at, 'contains half of a surrogate pair, which is not valid Unicode')
}

function stringBytes(text: string): number {
  let bytes = 2
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20) bytes += 6
    else if (unit === 0x22 || unit === 0x5c) bytes += 2
    else if (unit < 0x80) bytes += 1
    else bytes += unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3
  }
  return bytes
}

/** Counts a number without an exponent, as PostgreSQL prints it: 1e308 has 309 digits. */
function numberBytes(value: number): number {
  const text = String(value)
  const exponent = text.indexOf('e')
  return exponent < 0 ? text.length : text.length + Math.abs(Number(text.slice(exponent + 1)))
}
