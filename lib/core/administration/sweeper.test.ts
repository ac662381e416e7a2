import { describe, expect, it } from 'vitest'
import type { RequestContext } from '../session/request-context.ts'
import type { SessionStore } from '../store/store.ts'
import { createSweeper } from './sweeper.ts'

/**
 * Returns a sweeper as `write`, and its `state`: a clock and a random number that the test sets, and the sweeps so far.
 */
function sweeperWith(deleted: number) {
  const state = { now: 0, chance: 1, sweeps: 0, tasks: [] as Promise<void>[] }
  const clearExpired = async () => {
    state.sweeps += 1
    return deleted
  }
  const sweep = createSweeper(
    { clearExpired } as unknown as SessionStore,
    () => state.now,
    () => {},
    () => state.chance,
  )
  const request = { later: (task: () => Promise<void>) => void state.tasks.push(task()) } as unknown as RequestContext
  const write = async () => {
    sweep(request)
    await Promise.all(state.tasks)
  }
  return { state, write }
}

describe('the automatic sweep', () => {
  it('the first sweep can start with any write, so that short-lived processes also sweep', async () => {
    const { state, write } = sweeperWith(0)
    for (let i = 0; i < 50; i++) await write()
    expect(state.sweeps).toBe(0)
    state.chance = 0
    await write()
    expect(state.sweeps).toBe(1)
  })

  it('after the first sweep, a process sweeps at most every five minutes', async () => {
    const { state, write } = sweeperWith(10)
    state.chance = 0
    for (const now of [0, 1000, 299_000, 300_000, 301_000]) {
      state.now = now
      await write()
    }
    expect(state.sweeps).toBe(2)
  })

  it('while batches are full, each write sweeps again', async () => {
    const { state, write } = sweeperWith(1000)
    state.chance = 0
    for (let i = 0; i < 3; i++) await write()
    expect(state.sweeps).toBe(3)
  })
})
