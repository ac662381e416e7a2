import { expect, it } from 'vitest'
import { durationText } from './duration'

it.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min 00 s'],
  [3601, '1 h 00 min 01 s'],
  [13 * 86_400 + 4 * 3600 + 9 * 60 + 1, '13 d 04 h 09 min 01 s'],
  [-5, '0 s'],
])('says %s seconds from the largest unit that is needed: %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text)
})
