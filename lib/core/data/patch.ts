import { type Json, type JsonObject, jsonBytes, tooLarge } from './json.ts'
import type { Patch } from '../store/store.ts'

/** The parts of a patch, without the bound that the store enforces. */
export type PatchParts = Pick<Patch, 'clear' | 'remove' | 'set' | 'defaults'>

/** The patch that changes nothing. */
export const emptyPatch: PatchParts = { clear: false, remove: [], set: {}, defaults: {} }

/** One patch that does what all of `patches` do in turn; several have no defaults, which are written alone. */
export function mergePatches(patches: readonly PatchParts[]): PatchParts {
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

/** Whether a patch does nothing to any data. */
export function isNoChange({ clear, remove, set, defaults }: PatchParts): boolean {
  return !clear && remove.length === 0 && Object.keys(set).length === 0 && Object.keys(defaults).length === 0
}

/** The data after `patch`: what a store must compute. */
export function applyPatch(data: JsonObject, { clear, remove, set, defaults }: PatchParts): JsonObject {
  const removed = new Set(remove)
  const kept = Object.entries(data).filter(([key]) => (!clear || isReserved(key)) && !removed.has(key))
  return { ...defaults, ...Object.fromEntries(kept), ...set }
}

/**
 * The patch with the bound that stores enforce on the data before it, beside the exact check made here: so parallel writers pile up at
 * most three times `maxBytes` (stores may print JSON with more blanks). A patch that makes the data no larger has none, so that data above
 * a lowered `maxBytes` can shrink.
 * @throws {SessionError} DATA_TOO_LARGE if the patch would take `data` over `maxBytes`.
 */
export function boundPatch(data: JsonObject, parts: PatchParts, maxBytes: number): Patch {
  const [before, after] = [jsonBytes(data), jsonBytes(applyPatch(data, parts))]
  if (after <= before) return { ...parts, limitBytes: 2_147_483_647 }
  if (after > maxBytes) throw tooLarge('The session with this change', maxBytes)
  return { ...parts, limitBytes: 3 * maxBytes - (after - before) }
}

/** Whether `key` is the library's own. */
export function isReserved(key: string): boolean {
  return key.startsWith('_')
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
}
