import type { Call, Data, StepResult } from './session-steps'

// The effect of single calls on plain data.

/** Returns true for the keys that the library reserves. */
export const isReserved = (name: string) => name.startsWith('_')
/** Returns the data without the reserved keys. */
export const visible = (data: Data): Data => Object.fromEntries(Object.entries(data).filter(([name]) => !isReserved(name)))
/** Returns the data without some keys. */
export const without = (data: Data, keys: readonly string[]): Data =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !keys.includes(name)))
/** Returns true if the data has the key, prototypes excluded. */
export const has = (data: Data, name: string) => Object.hasOwn(data, name)

/** Returns the result of a call that is not queued, because its key is reserved. Returns null for every other call. */
export function resultBeforeQueue(each: Call): StepResult | null {
  const invalid = { code: 'DATA_INVALID' }
  if (each.do === 'set') return Object.keys(each.values).some(isReserved) ? invalid : null
  if (each.do === 'setDefault') return isReserved(each.key) ? invalid : null
  return each.do === 'pop' && isReserved(each.key) ? { value: 'fallback' } : null
}

/** Returns true if a call can be merged with adjacent calls into one write. */
export function isDataWrite(each: Call | undefined): boolean {
  return ['set', 'delete', 'clear', 'setTestCookie', 'deleteTestCookie'].includes(each?.do ?? '')
}

/** Returns true if a call asks for no change. */
export function asksForNothing(each: Call): boolean {
  if (each.do === 'set') return Object.keys(each.values).length === 0
  return each.do === 'delete' && each.keys.every(isReserved)
}

/** Returns the data after a call that only writes data. */
export function applied(data: Data, each: Call): Data {
  if (each.do === 'set') return { ...data, ...each.values }
  if (each.do === 'delete')
    return without(
      data,
      each.keys.filter((name) => !isReserved(name)),
    )
  if (each.do === 'clear') return without(data, Object.keys(visible(data)))
  return each.do === 'setTestCookie' ? { ...data, _test_cookie: 'worked' } : without(data, ['_test_cookie'])
}

/** Returns the data after one of the test's functions for `update`, or the same object if it changes nothing. */
export function updated(data: Data, how: 'count' | 'rename', name: string): Data {
  const before = has(data, name) ? data[name] : 0
  if (how === 'count') return { ...data, [name]: typeof before === 'number' ? before + 1 : 1 }
  return has(data, name) ? { ...without(data, [name]), moved: before ?? null } : data
}
