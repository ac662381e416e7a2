import { describe, expect, it } from 'vitest'
import { safeJson, safeText } from './format.ts'

/** Characters that move the cursor, are not visible, or change the direction of a text. */
const unsafe = {
  'a control character': '\u001b',
  'a line separator': '\u2028',
  'a right-to-left override': '\u202e',
  'an isolate': '\u2066',
  'a zero-width space': '\u200b',
  'a zero-width joiner': '\u200d',
  'a word joiner': '\u2060',
  'a byte order mark': '\ufeff',
  'a right-to-left mark': '\u200f',
  'an Arabic letter mark': '\u061c',
  'a soft hyphen': '\u00ad',
  'a tag': '\u{e0041}',
  'a Hangul filler': '\u3164',
  'half of a surrogate pair': '\ud800',
}

describe('texts for a terminal', () => {
  it.each(Object.entries(unsafe))('%s is replaced in a text and escaped in JSON', (_, character) => {
    expect(safeText(`ad${character}min`)).toBe('ad\ufffdmin')
    const json = safeJson({ [`k${character}`]: `ad${character}min` })
    expect(json).not.toContain(character)
    expect(JSON.parse(json)).toEqual({ [`k${character}`]: `ad${character}min` })
  })

  it('letters of any alphabet and emoji are printed unchanged', () => {
    for (const text of ['Zoë', '서울', 'שלום', '😀']) expect([safeText(text), safeJson(text)]).toEqual([text, `"${text}"`])
  })
})
