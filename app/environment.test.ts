import { describe, expect, it } from 'vitest'
import { wholeNumber } from './environment'

describe('wholeNumber', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['1', 1],
    ['12', 12],
  ])('the text %j is read as %j', (text, value) => {
    expect(wholeNumber('LIMIT', { LIMIT: text })).toBe(value)
  })

  it.each(['0', '-1', '2.5', '1e3', 'three', ' 3', '9999999999'])(
    'the text %j is rejected with the name of the variable',
    (text) => {
      expect(() => wholeNumber('LIMIT', { LIMIT: text })).toThrow(`LIMIT is ${text}; use a whole number, at least 1`)
    },
  )
})
