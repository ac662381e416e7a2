import { type Json, type JsonObject, jsonBytes } from './json.ts'
import type { Patch } from './store.ts'

/** A patch in the making: calls fold into it in order. */
export type PatchParts = Pick<Patch, 'clear' | 'remove' | 'set' | 'defaults'>

/** The patch that changes nothing. */
export const emptyPatch: PatchParts = { clear: false, remove: [], set: {}, defaults: {} }

/** One patch that does what `first` and then `second` do; neither may have defaults, which are written alone. */
export function mergePatches(first: PatchParts, second: PatchParts): PatchParts {
  if (second.clear) {
    const reserved = Object.entries(first.set).filter(([key]) => key.startsWith('_'))
    return mergePatches({ ...first, clear: true, set: Object.fromEntries(reserved) }, { ...second, clear: false })
  }
  const set = Object.fromEntries(Object.entries(first.set).filter(([key]) => !second.remove.includes(key)))
  const remove = [...new Set([...first.remove, ...second.remove])]
  return { clear: first.clear, remove, set: { ...set, ...second.set }, defaults: second.defaults }
}

/** Whether a patch does nothing to any data. */
export function isNoChange({ clear, remove, set, defaults }: PatchParts): boolean {
  return !clear && remove.length === 0 && Object.keys(set).length === 0 && Object.keys(defaults).length === 0
}

/** The data after `patch`: what a store must compute. */
export function applyPatch(data: JsonObject, { clear, remove, set, defaults }: PatchParts): JsonObject {
  const kept = Object.entries(data).filter(([key]) => (clear ? key.startsWith('_') : true) && !remove.includes(key))
  return { ...defaults, ...Object.fromEntries(kept), ...set }
}

/**
 * A patch complete with the bound that stores enforce on the data before it, beside the exact check made here: so parallel writers
 * pile up at most three times `maxBytes` (stores may print JSON with more blanks). A patch that only removes has none.
 */
export function boundPatch(parts: PatchParts, maxBytes: number): Patch {
  const added = jsonBytes(parts.set) + jsonBytes(parts.defaults)
  return { ...parts, limitBytes: added > 4 ? 3 * maxBytes - added : 2_147_483_647 }
}

/** Whether `patch` would take `data` over `maxBytes`; data that already is may still shrink. */
export function outgrows(data: JsonObject, patch: PatchParts, maxBytes: number): boolean {
  const after = jsonBytes(applyPatch(data, patch))
  return after > maxBytes && after > jsonBytes(data)
}

/** Whether two JSON values are the same, whatever the order of their keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) !== Array.isArray(b)) return false
  const [left, right] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  return left.size === right.size && [...left].every(([key, value]) => right.has(key) && sameJson(value, right.get(key)))
}
