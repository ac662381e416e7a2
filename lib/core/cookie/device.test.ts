import { describe, expect, it } from 'vitest'
import type { StoredSession } from '../store/stored-session.ts'
import { deviceText, needsProof } from './device.ts'

const now = 1_800_000_000
const part = 'x'.repeat(43)

/** Returns a row that the store has read at `now`. */
function rowOf(deviceKey: string | null): StoredSession {
  const at = new Date(now * 1000)
  const times = { createdAt: at, authenticatedAt: at, lastSeenAt: at, expiresAt: new Date((now + 60) * 1000) }
  const ids = { id: '', tokenHash: '', userId: '7', authHash: null, ip: null, userAgent: null }
  return { ...ids, ...times, data: {}, expiry: null, secondsLeft: 60, secondsSinceSeen: 0, version: 0, deviceKey }
}

const boundAt = (boundAtSeconds: number) => deviceText({ boundAtSeconds, thumbprint: part, x: part, y: part })

describe('needsProof', () => {
  it('a session that is not bound needs no proof', () => {
    expect(needsProof(rowOf(null))).toBe(false)
  })

  it('a bound session needs a proof from ten seconds after the binding', () => {
    expect([needsProof(rowOf(boundAt(now - 9))), needsProof(rowOf(boundAt(now - 10)))]).toEqual([false, true])
  })

  it('a session whose device key cannot be read needs a proof', () => {
    expect(['damaged', 'damaged.1.2.3', '.'].map((text) => needsProof(rowOf(text)))).toEqual([true, true, true])
  })
})
