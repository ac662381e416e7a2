import type { JsonObject } from '../data/json.ts'
import { applyPatch, maxBytesBefore, mergePatches, type Patch } from '../data/patch.ts'
import { afterThisTurn } from '../store/event-loop.ts'
import type { ResponseCookies, WriteOptions } from './request-context.ts'
import { requireWritable } from './write-errors.ts'

/** One call of `set`, `delete` or `clear` that waits to be written together with its neighbours. */
export interface PatchCall {
  /** The writer's name, for errors. */
  readonly writer: string
  readonly patch: Patch
  readonly refresh: WriteOptions['refresh']
  readonly cookies: Promise<ResponseCookies>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Runs the writes of one session object one after another. Writes adjacent patches of the same turn of the event loop
 * together.
 */
export class WriteQueue {
  #tail: Promise<unknown> = Promise.resolve()
  #open: PatchCall[] | null = null

  /** Runs `step` after all earlier writes. Patches after it are not merged with patches before it. */
  barrier<T>(step: () => Promise<T>): Promise<T> {
    this.#open = null
    const result = this.#tail.then(step)
    this.#tail = result.catch(() => {})
    return result
  }

  /**
   * Adds a patch to the batch of this turn. `write` receives all patches of the batch in order and settles each call. It must not
   * reject.
   */
  patch(call: Omit<PatchCall, 'resolve' | 'reject'>, write: (calls: readonly PatchCall[]) => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const joining = { ...call, resolve, reject }
      if (this.#open) {
        this.#open.push(joining)
        return
      }
      const calls = [joining]
      const turnEnd = new Promise<void>((done) => {
        afterThisTurn(() => {
          if (this.#open === calls) this.#open = null
          done()
        })
      })
      void this.barrier(async () => {
        await turnEnd
        await write(calls)
      })
      this.#open = calls
    })
  }
}

/** The calls that one statement writes. */
export interface Batch {
  readonly calls: readonly PatchCall[]
  readonly patch: Patch
  readonly cookies: ResponseCookies
  readonly refresh: WriteOptions['refresh']
}

/**
 * Merges the patches of `calls`. Rejects each call that cannot be written where it was made, or that would make `data`
 * too large, without affecting the others. Returns null if none is left.
 */
export async function validateBatch(calls: readonly PatchCall[], data: JsonObject, maxBytes: number): Promise<Batch | null> {
  const writable: PatchCall[] = []
  let last: ResponseCookies | undefined
  for (const call of calls) {
    try {
      const cookies = await call.cookies
      requireWritable(cookies, call.writer)
      writable.push(call)
      last = cookies
    } catch (error) {
      call.reject(error)
    }
  }
  const fitting = withinMaxBytes(writable, data, maxBytes)
  if (!last || fitting.length === 0) return null
  const patch = mergePatches(fitting.map((call) => call.patch))
  return { calls: fitting, patch, cookies: last, refresh: strongestRefresh(fitting) }
}

function withinMaxBytes(calls: readonly PatchCall[], data: JsonObject, maxBytes: number): readonly PatchCall[] {
  if (calls.length === 1) return calls // the write itself checks the size
  if (tooLargeWith(data, mergePatches(calls.map(({ patch }) => patch)), maxBytes) === null) return calls
  let grown = data
  return calls.filter(({ patch, reject }) => {
    const error = tooLargeWith(grown, patch, maxBytes)
    if (error === null) grown = applyPatch(grown, patch)
    else reject(error)
    return error === null
  })
}

/** Returns the DATA_TOO_LARGE error for `patch`, or null if the data is not too large. */
function tooLargeWith(data: JsonObject, patch: Patch, maxBytes: number): unknown {
  try {
    maxBytesBefore(data, patch, maxBytes)
    return null
  } catch (error) {
    return error
  }
}

/** Returns the refresh that satisfies every call: the default refreshes most, and false refreshes nothing. */
function strongestRefresh(calls: readonly PatchCall[]): WriteOptions['refresh'] {
  const refreshes = calls.map(({ refresh }) => refresh)
  if (refreshes.includes(undefined)) return undefined
  return refreshes.includes('page') ? 'page' : false
}
