import type { Call, Data, Outcome } from './session-steps'

// What single calls do to plain data.

/** Whether a key is the library's own. */
export const isReserved = (name: string) => name.startsWith('_')
/** The data without the library's own keys. */
export const visible = (data: Data): Data => Object.fromEntries(Object.entries(data).filter(([name]) => !isReserved(name)))
/** The data without some keys. */
export const without = (data: Data, keys: readonly string[]): Data =>
  Object.fromEntries(Object.entries(data).filter(([name]) => !keys.includes(name)))
/** Whether the data holds a key of its own. */
export const has = (data: Data, name: string) => Object.hasOwn(data, name)

/** What becomes of a call that does not even join the queue; null if it does. */
export function refusedAtOnce(each: Call): Outcome | null {
  const invalid = { code: 'DATA_INVALID' }
  if (each.do === 'set') return Object.keys(each.values).some(isReserved) ? invalid : null
  if (each.do === 'setDefault') return isReserved(each.key) ? invalid : null
  return each.do === 'pop' && isReserved(each.key) ? { value: 'fallback' } : null
}

/** Whether a call is joined with its neighbours to one write. */
export function isDataWrite(each: Call | undefined): boolean {
  return ['set', 'delete', 'clear', 'setTestCookie', 'deleteTestCookie'].includes(each?.do ?? '')
}

/** Whether a call asks for no change at all. */
export function isNothing(each: Call): boolean {
  if (each.do === 'set') return Object.keys(each.values).length === 0
  return each.do === 'delete' && each.keys.every(isReserved)
}

/** The data after a call that only writes data. */
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

/** The data after one of the functions that the test gives to `update`; the same object if it changes nothing. */
export function updated(data: Data, how: 'count' | 'rename', name: string): Data {
  const before = has(data, name) ? data[name] : 0
  if (how === 'count') return { ...data, [name]: typeof before === 'number' ? before + 1 : 1 }
  return has(data, name) ? { ...without(data, [name]), moved: before ?? null } : data
}
