import fc from 'fast-check'

/** A factory of a value that a session must not store, and the path within the value that the error must name. */
interface Refused {
  readonly name: string
  readonly make: () => unknown
  readonly path?: string
}

const marker = 'VALUE-MARKER'
const fails = () => {
  throw new Error(marker)
}
const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}
class Sneaky extends Array<unknown> {
  override map(): never[] {
    return []
  }
  toJSON() {
    return `\u0000${marker}`
  }
}
function cycle(): unknown {
  const item: Record<string, unknown> = {}
  item.self = [item]
  return item
}

/** Values that are not JSON, or only look like it. */
export const refusedValues: readonly Refused[] = [
  ...[undefined, Number.NaN, Number.POSITIVE_INFINITY, -1n, Symbol(marker), fails].map((value) => ({
    name: typeof value,
    make: () => value,
  })),
  ...['\u0000', `a\u0000${marker}`, '\ud800', `\udc00${marker}`].map((text) => ({ name: JSON.stringify(text), make: () => text })),
  { name: 'a Date', make: () => new Date() },
  { name: 'a Map', make: () => new Map([[marker, 1]]) },
  { name: 'a Set', make: () => new Set([marker]) },
  { name: 'bytes', make: () => new Uint8Array(3) },
  { name: 'a buffer', make: () => Buffer.from(marker) },
  { name: 'an error', make: () => new Error(marker) },
  { name: 'a regular expression', make: () => /x/ },
  { name: 'a promise', make: () => Promise.resolve(marker) },
  { name: 'a boxed number', make: () => Object(1) },
  { name: 'a boxed string', make: () => Object(marker) },
  { name: 'an instance whose constructor is plain data', make: () => Object.assign(new Date(), { constructor: { name: marker } }) },
  { name: 'an object with another prototype', make: () => Object.create({ [marker]: 1 }) },
  { name: 'an instance of a subclass of Array', make: () => Sneaky.from([1]) },
  { name: 'an array with a hole', make: () => Object.assign([1], { 2: 3 }) },
  { name: 'an empty array with a length', make: () => Object.assign([], { length: 5 }) },
  { name: 'an array with a named property', make: () => Object.assign([1], { name: marker }) },
  { name: 'an array of length 1 without an element', make: (...args: unknown[]) => Object.assign([...args], { length: 1 }) },
  { name: 'a symbol key', make: () => ({ [Symbol(marker)]: 1 }) },
  { name: '__proto__', make: () => JSON.parse('{"__proto__": {"admin": true}}'), path: '.__proto__' },
  { name: 'toJSON', make: () => ({ toJSON: () => marker }), path: '.toJSON' },
  { name: 'NUL in a key', make: () => ({ 'x\u0000': 1 }), path: '.x\u0000' },
  { name: 'a getter that throws', make: () => Object.defineProperty({}, 'x', { enumerable: true, get: fails }) },
  { name: 'an element whose getter throws', make: () => Object.defineProperty([1], '0', { enumerable: true, get: fails }) },
  { name: 'a proxy that throws', make: () => new Proxy({}, { ownKeys: fails }) },
  { name: 'a proxy whose prototype throws', make: () => new Proxy({}, { getPrototypeOf: fails }) },
  {
    name: 'a proxy with a wrong length',
    make: () => new Proxy([1], { get: (on, key) => (key === 'length' ? 0 : Reflect.get(on, key)) }),
  },
  { name: 'a revoked proxy', make: revoked },
]

/** Values that are too deep or too wide as a whole, so the error names only the key. */
export const refusedAsAWhole: readonly (Refused & { readonly code: 'DATA_INVALID' | 'DATA_TOO_LARGE' })[] = [
  { name: 'a cycle', make: cycle, code: 'DATA_INVALID' },
  { name: '101 levels', make: () => nested(101), code: 'DATA_INVALID' },
  { name: '100,000 levels', make: () => nested(100_000), code: 'DATA_INVALID' },
  { name: 'numbers with a long decimal text', make: () => Array.from({ length: 300 }, () => 1e308), code: 'DATA_TOO_LARGE' },
  { name: 'a wide array', make: () => Array.from({ length: 100_000 }, () => 0), code: 'DATA_TOO_LARGE' },
  { name: 'an array of holes', make: () => Object.assign([], { length: 4_000_000_000 }), code: 'DATA_TOO_LARGE' },
  {
    name: 'a wide object',
    make: () => Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [i, i])),
    code: 'DATA_TOO_LARGE',
  },
  { name: 'a small value with 2 to the power of 60 elements as text', make: bomb, code: 'DATA_TOO_LARGE' },
]

/** Returns nested arrays. */
export function nested(depth: number): unknown {
  let item: unknown[] = []
  for (let level = 1; level < depth; level++) item = [item]
  return item
}

/** Returns a value that is small in memory but huge as text. */
function bomb(): unknown {
  let item: unknown = [1]
  for (let level = 0; level < 60; level++) item = [item, item]
  return item
}

const isText = (text: string) => text.isWellFormed() && !text.includes('\u0000')
const text = fc.string({ unit: 'binary', maxLength: 20 }).filter(isText)
const specialKeys = [
  '',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  '0',
  'a.b',
  'a"b',
  'a\\b',
  '{}',
  'NULL',
  'toJSON',
  'length',
]

/** A key that a session can store. */
export const keyName = fc.oneof(fc.constantFrom(...specialKeys), text).filter((key) => key !== '__proto__' && !key.startsWith('_'))

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 1e308, -1.7976931348623157e308, 5e-324, 2 ** 53, 2 ** 63, 0.1 + 0.2, 1e21, 123456789012345680000),
)
const leaf = fc.oneof(number, text, fc.boolean(), fc.constant(null))

/** JSON of any shape, with difficult keys and numbers. */
export const storable: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      text.filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 5 },
    ),
    fc.dictionary(fc.constantFrom(...specialKeys), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value

/** An invalid value inside valid ones. */
export interface Buried {
  readonly name: string
  readonly value: unknown
  /** The path after the key that the error must name. */
  readonly path: string
}

const wrap = fc.oneof(
  fc.record({ key: keyName, others: fc.dictionary(fc.string({ minLength: 40, maxLength: 44 }), leaf, { maxKeys: 2 }) }),
  fc.record({ before: fc.array(leaf, { maxLength: 3 }), after: fc.array(leaf, { maxLength: 3 }) }),
)

/** Any invalid value, up to six levels deep. */
export const buried: fc.Arbitrary<Buried> = fc
  .tuple(fc.constantFrom(...refusedValues), fc.array(wrap, { maxLength: 6 }))
  .map(([{ name, make, path = '' }, wraps]) =>
    wraps.reduceRight<Buried>(
      (inner, around) =>
        'key' in around
          ? { name, value: { ...around.others, [around.key]: inner.value }, path: `.${around.key}${inner.path}` }
          : { name, value: [...around.before, inner.value, ...around.after], path: `[${around.before.length}]${inner.path}` },
      { name, value: make(), path },
    ),
  )
