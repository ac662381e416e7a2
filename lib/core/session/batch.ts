import type { JsonObject } from '../data/json.ts'
import { applyPatch, boundPatch, mergePatches, type PatchParts } from '../data/patch.ts'
import type { PatchCall } from './write-queue.ts'
import { requireWritable } from './write-errors.ts'
import type { ResponseCookies, WriteOptions } from './request-context.ts'

/** The calls that are written together, as one patch. */
export interface Batch {
  readonly calls: readonly PatchCall[]
  readonly parts: PatchParts
  readonly jar: ResponseCookies
  readonly refresh: WriteOptions['refresh']
}

/**
 * Makes one patch of `calls`. Each that cannot be written here, or would make `data` too large, is rejected alone; null if none is left.
 */
export async function validateBatch(calls: readonly PatchCall[], data: JsonObject, maxBytes: number): Promise<Batch | null> {
  const writable: { readonly call: PatchCall; readonly jar: ResponseCookies }[] = []
  for (const call of calls) {
    try {
      const jar = await call.jar
      requireWritable(jar, call.name)
      writable.push({ call, jar })
    } catch (error) {
      call.reject(error)
    }
  }
  const [last] = writable.slice(-1)
  const fitting = thatFit(
    writable.map(({ call }) => call),
    data,
    maxBytes,
  )
  if (!last || fitting.length === 0) return null
  const parts = mergePatches(fitting.map((call) => call.parts))
  return { calls: fitting, parts, jar: last.jar, refresh: strongest(fitting.map(({ refresh }) => refresh)) }
}

function thatFit(calls: readonly PatchCall[], data: JsonObject, maxBytes: number): readonly PatchCall[] {
  if (calls.length === 1) return calls // the write itself refuses it
  if (fits(data, mergePatches(calls.map(({ parts }) => parts)), maxBytes) === null) return calls
  let grown = data
  return calls.filter(({ parts, reject }) => {
    const refusal = fits(grown, parts, maxBytes)
    if (refusal === null) grown = applyPatch(grown, parts)
    else reject(refusal)
    return refusal === null
  })
}

/** null, or the DATA_TOO_LARGE that refuses the patch. */
function fits(data: JsonObject, parts: PatchParts, maxBytes: number): unknown {
  try {
    boundPatch(data, parts, maxBytes)
    return null
  } catch (error) {
    return error
  }
}

/** The refresh that satisfies every caller: the default does most, false nothing. */
function strongest(refreshes: readonly WriteOptions['refresh'][]): WriteOptions['refresh'] {
  if (refreshes.includes(undefined)) return undefined
  return refreshes.includes('page') ? 'page' : false
}
