import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Address,
  defaultAddress,
  formatCursor,
  listAddress,
  parseAddress,
  parseAddressText,
  parseCursor,
  printAddress,
} from './address.ts'

const id = '01890000-0000-7000-8000-000000000000'
const other = '01890000-0000-7000-8000-000000000001'
const filled: Address = {
  view: 'list',
  status: 'signedIn',
  sort: 'lastSeen',
  search: '203.0.113. & more',
  user: 'ada',
  after: `${id}.1700000000000`,
  before: '',
  id: other,
  reveal: true,
  confirm: 'selected',
  ids: [id, other],
  targetUser: 'ada=1',
  includeCurrent: true,
  problem: 'STORE_FAILED',
  done: 12,
  from: id,
}

describe('an address', () => {
  it('the address of the list without filters is an empty query', () => {
    expect(printAddress(defaultAddress)).toBe('')
    expect(parseAddress({})).toEqual(defaultAddress)
  })

  it('an address that is printed and parsed is unchanged', () => {
    expect(parseAddressText(printAddress(filled))).toEqual(filled)
    expect(parseAddressText(printAddress({ ...defaultAddress, view: 'statistics' })).view).toBe('statistics')
  })

  it('an address keeps spaces in user ids, because ids that differ in spaces belong to different users', () => {
    for (const user of ['bob ', ' bob', 'a\tb', 'x'.repeat(255)]) {
      const address = { ...defaultAddress, user, targetUser: user }
      expect(parseAddressText(printAddress(address))).toEqual(address)
    }
    expect(parseAddress({ targetUser: 'a\u0000b', user: 'x'.repeat(256) })).toEqual(defaultAddress)
  })

  it('any query is parsed to an address without an error, and invalid values are replaced by the defaults', () => {
    const invalid = {
      view: 'x',
      status: 'dead',
      sort: '__proto__',
      after: 'x',
      before: `${id}.1`,
      ids: ['x', id, id],
      confirm: 'all',
    }
    expect(parseAddress(invalid)).toEqual({ ...defaultAddress, ids: [id] })
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), fc.constant(undefined))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(defaultAddress), 'x'), value), (query) => {
        const address = parseAddress(query)
        expect(parseAddressText(printAddress(address))).toEqual(address)
      }),
    )
  })

  it('if a parameter has several values, an address contains the last one, without control characters and lone surrogates', () => {
    expect(parseAddress({ search: ['a', ' b\u0000c\ud800 '] }).search).toBe('b c\ufffd')
    expect(parseAddress({ search: 'x'.repeat(300) }).search).toHaveLength(255)
  })

  it('an address contains at most one cursor, and only if it matches the sort order', () => {
    expect(parseAddress({ after: id, before: other })).toMatchObject({ after: id, before: '' })
    expect(parseAddress({ sort: 'lastSeen', after: id }).after).toBe('')
    expect(parseAddress({ sort: 'lastSeen', before: `${id}.1700000000000` }).before).toBe(`${id}.1700000000000`)
    expect(parseAddress({ sort: 'lastSeen', before: `${id}.99999999999999` }).before).toBe('')
  })

  it('a cursor names a row by its id, and also by its last use if the list is sorted by it', () => {
    const row = { id, lastSeenAt: new Date(1_700_000_000_000) }
    expect(parseCursor(formatCursor(row, 'created'))).toBe(id)
    expect(parseCursor(formatCursor(row, 'lastSeen'))).toEqual(row)
  })

  it('an address contains the page of the list to return to', () => {
    const { status, sort, search, user, after } = filled
    expect(listAddress(filled)).toEqual({ ...defaultAddress, status, sort, search, user, after })
  })
})
