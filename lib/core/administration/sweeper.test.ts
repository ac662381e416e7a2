import { describe, expect, it } from 'vitest'
import type { RequestContext } from '../session/request-context.ts'
import type { SessionStore } from '../store/store.ts'
import { createSweeper } from './sweeper.ts'

/** Returns a sweeper whose clock and chance the test sets, and the number of sweeps so far. */
function sweeperWith(deleted: number) {
  const world = { now: 0, chance: 1, sweeps: 0, tasks: [] as Promise<void>[] }
  const clearExpired = async () => {
    world.sweeps += 1
    return deleted
  }
  const sweep = createSweeper(
    { clearExpired } as unknown as SessionStore,
    () => world.now,
    () => {},
    () => world.chance,
  )
  const request = { later: (task: () => Promise<void>) => void world.tasks.push(task()) } as unknown as RequestContext
  const write = async () => {
    sweep(request)
    await Promise.all(world.tasks)
  }
  return { world, write }
}

describe('the automatic sweep', () => {
  it('can start with any of the first writes, so that it also runs where processes are short-lived', async () => {
    const { world, write } = sweeperWith(0)
    for (let i = 0; i < 50; i++) await write()
    expect(world.sweeps).toBe(0)
    world.chance = 0
    await write()
    expect(world.sweeps).toBe(1)
  })

  it('runs at most every five minutes after the first time', async () => {
    const { world, write } = sweeperWith(10)
    world.chance = 0
    for (const now of [0, 1000, 299_000, 300_000, 301_000]) {
      world.now = now
      await write()
    }
    expect(world.sweeps).toBe(2)
  })

  it('continues with the next write while batches are full', async () => {
    const { world, write } = sweeperWith(1000)
    world.chance = 0
    for (let i = 0; i < 3; i++) await write()
    expect(world.sweeps).toBe(3)
  })
})
