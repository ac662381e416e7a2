import { invalid, type JsonObject } from '../data/json.ts'
import { emptyPatch, isReserved, type Patch } from '../data/patch.ts'
import type { Codec } from '../data/schema.ts'

/** The mutable copy of the data that `update` passes to its callback. */
export type Draft<Data, Defaulted extends keyof Data> = { -readonly [K in keyof Data]?: Data[K] } & {
  -readonly [K in Defaulted]: Data[K]
}

/** Runs `change` on a draft of `data` and returns the changes as a patch. */
export function draftPatch(codec: Codec, data: JsonObject, change: (draft: Record<string, unknown>) => unknown): Patch {
  const { draft, unreadable } = codec.draft(data)
  const before = new Map(Object.keys(draft).map((key) => [key, codec.toJson(key, draft[key])]))
  const returned = change(draft)
  if (returned instanceof Promise) {
    returned.catch(() => {}) // the returned promise is ignored, because update rejects below
    throw invalid('The function given to update', 'is asynchronous; await first, then change the draft')
  }
  const present = Object.entries(draft).filter(([, value]) => value !== undefined)
  const keys = new Set([...present.map(([key]) => key), ...unreadable])
  const changed = present.filter(([key, value]) => codec.differs(key, value, before.get(key)))
  return {
    ...emptyPatch,
    remove: Object.keys(data).filter((key) => !isReserved(key) && !keys.has(key)),
    set: Object.fromEntries(changed.map(([key, value]) => [key, codec.encode(key, value)])),
  }
}
