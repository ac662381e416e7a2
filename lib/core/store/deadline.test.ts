import { memoryStore, type SessionStore } from 'coatcheck/store'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aSession, patch, policy } from '../../stores/contract/tools.ts'
import { withDeadline } from './deadline.ts'
import { afterThisTurn } from './event-loop.ts'
import { KeyedMutex } from './keyed-mutex.ts'

/** Blocks the event loop, as a breakpoint does. */
function block(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

it('a result that is ready when a blocked event loop continues is returned, even after the timeout', async () => {
  const store = memoryStore()
  const channel = new MessageChannel()
  store.find = () =>
    new Promise((resolve) => {
      channel.port1.onmessage = () => resolve(null)
      channel.port2.postMessage('')
    })
  const found = withDeadline(store, 20).find(aSession())
  block(40)
  expect(await found).toBeNull()
  channel.port1.close()
})

describe('withDeadline on a store that queues the writes of a session', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => void vi.useRealTimers())

  /** Returns a session in a store, and the limited store, whose writes wait until `releaseQueue` is called. */
  async function queueingStore() {
    let releaseQueue = () => {}
    const released = new Promise<void>((resolve) => {
      releaseQueue = resolve
    })
    const store = memoryStore()
    store.queueWrite = async (_, write) => {
      await released
      return write()
    }
    const session = aSession()
    await store.create(session, policy)
    return { store, session, releaseQueue, limited: withDeadline(store, 1000) }
  }

  it('a write that times out before its turn has the outcome none and is never sent', async () => {
    const { store, session, releaseQueue, limited } = await queueingStore()
    const removed = limited.remove({ ids: [session.id] })
    vi.advanceTimersByTime(1000)
    await expect(removed).rejects.toMatchObject({ code: 'STORE_FAILED', outcome: 'none' })
    releaseQueue()
    await new Promise<void>((resolve) => afterThisTurn(resolve))
    expect(await store.find(session)).not.toBeNull()
  })

  it('an update whose turn comes after its time limit returns a conflict', async () => {
    const { session, releaseQueue, limited } = await queueingStore()
    const modified = limited.modify(session, () => patch({ set: { a: 1 } }), policy, { timeoutMs: 800 })
    vi.advanceTimersByTime(900)
    releaseQueue()
    expect(await modified).toBe('conflict')
  })
})

it('a write that never settles does not block the later writes of its session', async () => {
  const mutex = new KeyedMutex()
  const store = memoryStore()
  let hangs = true
  const hanging = {
    name: 'hanging',
    create: (...args: Parameters<SessionStore['create']>) => store.create(...args),
    update: (...args: Parameters<SessionStore['update']>) => (hangs ? new Promise<never>(() => {}) : store.update(...args)),
    queueWrite: <T>(id: string, write: () => Promise<T>) => mutex.run(id, write),
  } as unknown as SessionStore
  const limited = withDeadline(hanging, 50)
  const ref = aSession()
  await limited.create(ref, policy)
  await expect(limited.update(ref, { extendsExpiry: true }, policy)).rejects.toMatchObject({ code: 'STORE_FAILED' })
  hangs = false
  expect(await limited.update(ref, { extendsExpiry: true }, policy)).toMatchObject({ id: ref.id })
})
