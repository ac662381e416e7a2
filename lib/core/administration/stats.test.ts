import { describe, expect, it } from 'vitest'
import { sessionStats } from './stats.ts'

const none = {
  now: new Date('2026-03-01T12:34:56Z'),
  active: 0,
  signedIn: 0,
  expired: 0,
  estimated: false,
  started: [],
  userAgents: [],
}
const started = (at: string, count: number) => ({ at: new Date(at), count })

describe('the statistics of all sessions', () => {
  it('statistics cover 24 hours and 30 days of UTC up to the current ones, oldest first, with zeros', () => {
    const { hours, days } = sessionStats(none)
    expect([hours.length, hours[0], hours[23]]).toEqual([
      24,
      started('2026-02-28T13:00:00Z', 0),
      started('2026-03-01T12:00:00Z', 0),
    ])
    expect([days.length, days[0], days[29]]).toEqual([30, started('2026-01-31T00:00:00Z', 0), started('2026-03-01T00:00:00Z', 0)])
  })

  it('statistics count a session in the hour and the day in which it started, but no older session', () => {
    const stats = sessionStats({
      ...none,
      started: [
        started('2026-03-01T12:00:00Z', 1),
        started('2026-02-28T23:00:00Z', 20),
        started('2026-02-28T12:00:00Z', 300),
        started('2026-01-30T23:00:00Z', 4000),
      ],
    })
    const some = (counts: typeof stats.hours) => counts.filter(({ count }) => count > 0)
    expect(some(stats.hours)).toEqual([started('2026-02-28T23:00:00Z', 20), started('2026-03-01T12:00:00Z', 1)])
    expect(some(stats.days)).toEqual([started('2026-02-28T00:00:00Z', 320), started('2026-03-01T00:00:00Z', 1)])
  })

  it('statistics name the 100 most frequent browsers, most frequent first', () => {
    const userAgents = Array.from({ length: 150 }, (_, i) => ({ userAgent: i === 149 ? null : `Browser/${i}`, count: i }))
    const named = sessionStats({ ...none, userAgents }).userAgents
    expect([named.length, named[0], named[99]]).toEqual([
      100,
      { userAgent: null, count: 149 },
      { userAgent: 'Browser/50', count: 50 },
    ])
  })
})
