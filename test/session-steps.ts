import fc from 'fast-check'

/** A value of a session in the model. */
export type Value = number | string | null | readonly number[]
export type Data = Readonly<Record<string, Value>>
/** An expiry rule: 'past' deletes the session, and 'close' lets it expire with the browser. */
export type Rule = 'past' | 'close' | 'hour' | null

/** One call of a session method that writes. */
export type Call =
  | { readonly do: 'set'; readonly values: Data }
  | { readonly do: 'delete'; readonly keys: readonly string[] }
  | { readonly do: 'pop'; readonly key: string }
  | { readonly do: 'count' | 'rename'; readonly key: string }
  | { readonly do: 'setDefault'; readonly key: string; readonly value: Value }
  | { readonly do: 'login'; readonly user: string }
  | { readonly do: 'setExpiry'; readonly rule: Rule }
  | {
      readonly do: 'clear' | 'setTestCookie' | 'deleteTestCookie' | 'cycleKey' | 'logout' | 'flush' | 'revokeOthers'
    }

/** Calls of one session object without an await in between, or the revocation of its row by an operator. */
export type Step = { readonly who: 'a' | 'b'; readonly calls: readonly Call[] } | { readonly revoke: 'a' | 'b' }

// Few keys, so that calls use the same ones. One is reserved, and two are special in JavaScript.
const key = fc.constantFrom('k', 'l', 'm', 'constructor', 'toString', '_reserved')
const value = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('text', null, '', '"\\'),
  fc.array(fc.nat(3), { maxLength: 2 }),
)

const call: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set' as const), values: fc.dictionary(key, value, { maxKeys: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), keys: fc.array(key, { maxLength: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('pop' as const), key }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('count' as const, 'rename' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('setDefault' as const), key, value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('login' as const), user: fc.constantFrom('u', 'v') }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('setExpiry' as const), rule: fc.constantFrom('hour', 'close', null, 'past') }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'clear' as const,
        'setTestCookie' as const,
        'deleteTestCookie' as const,
        'cycleKey' as const,
        'logout' as const,
        'flush' as const,
        'revokeOthers' as const,
      ),
    }),
  },
)

/** Random steps of two session objects, `a` and `b`. */
export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    {
      weight: 15,
      arbitrary: fc.record({
        who: fc.constantFrom('a' as const, 'b' as const),
        calls: fc.array(call, { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ revoke: fc.constantFrom('a' as const, 'b' as const) }) },
  ),
  { minLength: 1, maxLength: 14 },
)

/** The result of a call: a value or an error code. */
export type StepResult = { readonly value: unknown } | { readonly code: string }
