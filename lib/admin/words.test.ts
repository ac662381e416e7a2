import { expect, it } from 'vitest'
import { bytesText, instantText, relativeText, sessionsText, shareText, shortId } from './words.ts'

const now = new Date('2026-11-22T12:00:00Z')
const secondsFromNow = (seconds: number) => new Date(now.getTime() + seconds * 1000)

it.each([
  [0, 'now'],
  [59, 'now'],
  [-60, '1 minute ago'],
  [-3590, '1 hour ago'],
  [-6000, '2 hours ago'],
  [1_209_599, 'in 14 days'],
  [86_400, 'in 1 day'],
  [40_000_000, 'in 1 year'],
])('an instant %d seconds away is %s', (seconds, text) => {
  expect(relativeText(secondsFromNow(seconds), now)).toBe(text)
})

it('writes instants in UTC, ids short, and numbers for people', () => {
  expect(instantText(now)).toBe('2026-11-22 12:00:00')
  expect(shortId('01890000-0000-7000-8000-00000000abcd')).toBe('01890000…abcd')
  expect([bytesText(999), bytesText(1250)]).toEqual(['999 B', '1.3 kB'])
  expect([sessionsText(1), sessionsText(12_345)]).toEqual(['1 session', '12,345 sessions'])
  expect([shareText(1, 3), shareText(0, 0)]).toEqual(['33 %', '0 %'])
})
