import { afterThisTurn } from '../../core/store/event-loop.ts'

/** The time without a reply after which nothing more is sent on a socket. */
const hangMs = 2000

interface SocketState {
  isHanging: boolean
  lastReplyAt: number
}

/**
 * Stops sending on a socket on which replies no longer arrive. The client's `socketTimeout` can then close it. That timeout starts
 * again with every write, so without this class it would never run out while there are requests.
 */
export class HangWatch {
  readonly #states = new WeakMap<object, SocketState>()

  /**
   * Runs `send`, which waits for a reply on the socket of `owner`.
   * @throws an error with the code TIMEOUT, at once, if an earlier command has waited for 2 seconds and none has had a
   * reply since.
   */
  async run<T>(owner: object, send: () => Promise<T>): Promise<T> {
    const state = this.#states.get(owner) ?? { isHanging: false, lastReplyAt: Number.NEGATIVE_INFINITY }
    this.#states.set(owner, state)
    if (state.isHanging) throw Object.assign(new Error(), { code: 'TIMEOUT' })
    const sentAt = performance.now()
    let isSettled = false
    const check = () => {
      if (!isSettled && state.lastReplyAt < sentAt) state.isHanging = true
    }
    // If the event loop was blocked for the whole time, the reply may be ready and must count.
    const timer = setTimeout(() => afterThisTurn(check), hangMs)
    try {
      return await send()
    } finally {
      clearTimeout(timer)
      isSettled = true
      state.isHanging = false
      state.lastReplyAt = performance.now()
    }
  }
}
