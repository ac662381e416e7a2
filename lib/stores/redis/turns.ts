/**
 * Lets the callers of one process that change the same session wait for each other, first come, first served: where only versions are
 * compared, whoever is slower loses each time.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>()

  /** Runs `task` once the earlier ones of this id have settled. */
  async take<T>(id: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.#last.get(id) ?? Promise.resolve()).then(task, task)
    this.#last.set(id, turn)
    try {
      return await turn
    } finally {
      if (this.#last.get(id) === turn) this.#last.delete(id)
    }
  }
}

/** Waits a few random milliseconds, more after more tries: processes that lost to each other should not meet again. */
export function jitter(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(2 ** tries, 32)))
}
