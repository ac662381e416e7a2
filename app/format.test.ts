import { describe, expect, it } from 'vitest'
import { agoText, countText, durationText, millisecondsText, priceText } from './format'

describe('countText', () => {
  it('every count except 1 has a plural noun', () => {
    expect([0, 1, 2].map((count) => countText(count, 'statement'))).toEqual(['no statements', '1 statement', '2 statements'])
  })
})

describe('priceText', () => {
  it('cents are formatted as euros', () => {
    expect(priceText(2900)).toBe('€29.00')
  })
})

describe('millisecondsText', () => {
  it('a duration has one decimal below 10 ms and none above', () => {
    expect(millisecondsText(3.15159)).toBe('3.2 ms')
    expect(millisecondsText(31.4321)).toBe('31 ms')
  })

  it('a duration that is not known yet is an ellipsis', () => {
    expect(millisecondsText(null)).toBe('… ms')
  })
})

describe('agoText', () => {
  const now = Date.parse('2026-03-02T12:00:00Z')
  it.each([
    ['2026-03-02T12:00:01Z', 'just now'],
    ['2026-03-02T11:59:01Z', 'just now'],
    ['2026-03-02T11:59:00Z', '1 minute ago'],
    ['2026-03-02T09:00:01Z', '2 hours ago'],
    ['2026-03-01T12:00:00Z', 'yesterday'],
    ['2026-02-25T12:00:00Z', '5 days ago'],
  ])('at noon on 2 March, %s was %s', (at, text) => {
    expect(agoText(new Date(at), now)).toBe(text)
  })
})

describe('durationText', () => {
  it.each([
    [0, '0 s'],
    [59.9, '59 s'],
    [60, '1 min 00 s'],
    [3601, '1 h 00 min 01 s'],
    [13 * 86_400 + 4 * 3600 + 9 * 60 + 1, '13 d 04 h 09 min 01 s'],
    [-5, '0 s'],
  ])('a time of %s seconds is formatted as %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text)
  })
})
