import { describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatCount,
  formatDay,
  formatHour,
  formatNumber,
  formatPercent,
  formatRelativeTime,
  formatTime,
  shortId,
} from './format.ts'

const now = new Date('2026-11-22T12:00:00Z')

describe('formatRelativeTime', () => {
  it.each([
    [0, 'now'],
    [59, 'now'],
    [-60, '1 minute ago'],
    [-3590, '1 hour ago'],
    [-6000, '2 hours ago'],
    [86_400, 'in 1 day'],
    [1_209_599, 'in 14 days'],
    [40_000_000, 'in 1 year'],
  ])('a time %d seconds from now is formatted as %s', (seconds, text) => {
    expect(formatRelativeTime(new Date(now.getTime() + seconds * 1000), now)).toBe(text)
  })
})

describe('the formatters', () => {
  it('times are formatted in UTC', () => {
    expect([formatTime(now), formatHour(now), formatDay(now)]).toEqual(['2026-11-22 12:00:00 UTC', '12:00', 'Nov 22'])
  })

  it('thousands are separated by a comma', () => {
    expect([0, 999, 1000, 12_345, 1_234_567].map(formatNumber)).toEqual(['0', '999', '1,000', '12,345', '1,234,567'])
  })

  it('a count uses the singular only for one', () => {
    expect([0, 1, 12_345].map((count) => formatCount(count, 'session'))).toEqual(['0 sessions', '1 session', '12,345 sessions'])
    expect(formatCount(2, 'entry', 'entries')).toBe('2 entries')
  })

  it('a size of 1000 bytes or more is shown in kB', () => {
    expect([formatBytes(999), formatBytes(1250)]).toEqual(['999 B', '1.3 kB'])
  })

  it('shares are rounded to whole percentages, and a share of nothing is 0%', () => {
    expect([formatPercent(1, 3), formatPercent(0, 0)]).toEqual(['33%', '0%'])
  })

  it('an id is shortened to its first 8 and last 4 characters', () => {
    expect(shortId('01890000-0000-7000-8000-00000000abcd')).toBe('01890000…abcd')
  })
})
