import { type Json, type JsonObject, jsonBytes, tooLarge } from './json.ts'

/**
 * A change of a session's data. A store applies `clear`, then `remove`, then `set`, then `defaults` for keys that are
 * still absent.
 */
export interface Patch {
  /** Removes every key that does not start with `_`. */
  readonly clear: boolean
  readonly remove: readonly string[]
  readonly set: JsonObject
  readonly defaults: JsonObject
}

/** The patch that changes nothing. */
export const emptyPatch: Patch = { clear: false, remove: [], set: {}, defaults: {} }

/** Combines patches that apply one after another. Only a single patch may have defaults. */
export function mergePatches(patches: readonly Patch[]): Patch {
  const [only, ...more] = patches
  if (only && more.length === 0) return only
  let clear = false
  const set = new Map<string, Json>()
  const remove = new Set<string>()
  for (const patch of patches) {
    if (patch.clear) {
      clear = true
      for (const key of set.keys()) if (!isReserved(key)) set.delete(key)
    }
    for (const key of patch.remove) {
      set.delete(key)
      remove.add(key)
    }
    for (const [key, json] of Object.entries(patch.set)) set.set(key, json)
  }
  return { clear, remove: [...remove], set: Object.fromEntries(set), defaults: {} }
}

/** Returns true if the patch would change no data at all. */
export function isEmptyPatch({ clear, remove, set, defaults }: Patch): boolean {
  return !clear && remove.length === 0 && Object.keys(set).length === 0 && Object.keys(defaults).length === 0
}

/** Returns the data after `patch`. Every store must compute the same result. */
export function applyPatch(data: JsonObject, { clear, remove, set, defaults }: Patch): JsonObject {
  const removed = new Set(remove)
  const remaining = Object.entries(data).filter(([key]) => (!clear || isReserved(key)) && !removed.has(key))
  return { ...defaults, ...Object.fromEntries(remaining), ...set }
}

/**
 * Returns the largest size in bytes that the stored data may have when `patch` is written; undefined for no limit.
 *
 * The check here is exact for `data`. The store checks the returned size again, because other requests may have written since
 * `data` was read. A store may print the same JSON with more spaces, so the returned size allows three times `maxBytes`. Parallel
 * writers can exceed `maxBytes` up to that limit. A patch that does not make the data larger is always written, so data above a
 * lowered `maxBytes` can shrink.
 * @throws {SessionError} DATA_TOO_LARGE if `data` with the patch has more than `maxBytes`.
 */
export function maxBytesBefore(data: JsonObject, patch: Patch, maxBytes: number): number | undefined {
  const [before, after] = [jsonBytes(data), jsonBytes(applyPatch(data, patch))]
  if (after <= before) return undefined
  if (after > maxBytes) throw tooLarge('The session with this change', maxBytes)
  return 3 * maxBytes - (after - before)
}

/** Returns true if the library itself uses `key`. */
export function isReserved(key: string): boolean {
  return key.startsWith('_')
}

/** Compares two JSON values. The order of keys is ignored. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
}
