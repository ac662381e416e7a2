import type { PatchParts } from '../data/patch.ts'
import type { ResponseCookies, WriteOptions } from './request-context.ts'

/** One call of `set`, `delete` or `clear`, waiting to be written with its neighbours. */
export interface PatchCall {
  /** The writer's name, for errors. */
  readonly name: string
  readonly parts: PatchParts
  readonly refresh: WriteOptions['refresh']
  readonly jar: Promise<ResponseCookies>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

// Taken before a test replaces it with a fake timer that nobody advances.
const { setImmediate: afterThisTurn } = globalThis

/** The writes of one session object, one after another; adjacent patches of one turn of the event loop are handed over together. */
export class WriteQueue {
  #tail: Promise<unknown> = Promise.resolve()
  #open: PatchCall[] | null = null

  /** Runs `step` once all earlier writes are done; later patches do not join earlier ones across it. */
  barrier<T>(step: () => Promise<T>): Promise<T> {
    this.#open = null
    const result = this.#tail.then(step)
    this.#tail = result.catch(() => {})
    return result
  }

  /** Joins `call` to those of this turn; `write` gets them all, in order, and settles each. It must not reject. */
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
