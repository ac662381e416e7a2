import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Address, addressOf, cursorTo, home, listOf, parseAddress, printAddress, rowAt } from './address.ts'

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
  confirm: 'end',
  ids: [id, other],
  of: 'ada=1',
  sure: true,
  problem: 'STORE_FAILED',
  done: 12,
  from: id,
}

describe('the address', () => {
  it('of the plain list is empty', () => {
    expect(printAddress(home)).toBe('')
    expect(parseAddress({})).toEqual(home)
  })

  it('comes back from a URL as it was', () => {
    expect(addressOf(printAddress(filled))).toEqual(filled)
    expect(addressOf(printAddress({ ...home, view: 'figures' })).view).toBe('figures')
  })

  it('names users as they are: with blanks around it an id is that of somebody else', () => {
    for (const user of ['bob ', ' bob', 'a\tb', 'x'.repeat(255)]) {
      expect(addressOf(printAddress({ ...home, user, of: user }))).toEqual({ ...home, user, of: user })
    }
    expect(parseAddress({ of: 'a\u0000b', user: 'x'.repeat(256) })).toEqual(home)
  })

  it('leaves out what makes no sense, and never throws', () => {
    const nonsense = {
      view: 'x',
      status: 'dead',
      sort: '__proto__',
      after: 'x',
      before: `${id}.1`,
      ids: ['x', id, id],
      confirm: 'all',
    }
    expect(parseAddress(nonsense)).toEqual({ ...home, ids: [id] })
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), fc.constant(undefined))
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(home), 'x'), value), (query) => {
        const address = parseAddress(query)
        expect(addressOf(printAddress(address))).toEqual(address)
      }),
    )
  })

  it('takes the last of several values, without control characters and halves of characters', () => {
    expect(parseAddress({ search: ['a', ' b\u0000c\ud800 '] }).search).toBe('b c\ufffd')
    expect(parseAddress({ search: 'x'.repeat(300) }).search).toHaveLength(255)
  })

  it('knows a cursor only in the order that it belongs to, and one at a time', () => {
    expect(parseAddress({ after: id, before: other })).toMatchObject({ after: id, before: '' })
    expect(parseAddress({ sort: 'lastSeen', after: id }).after).toBe('')
    expect(parseAddress({ sort: 'lastSeen', before: `${id}.1700000000000` }).before).toBe(`${id}.1700000000000`)
    expect(parseAddress({ sort: 'lastSeen', before: `${id}.99999999999999` }).before).toBe('')
  })

  it('names a row by its id, and by its last use where that is the order', () => {
    const row = { id, lastSeenAt: new Date(1_700_000_000_000) }
    expect(rowAt(cursorTo(row, 'created'))).toBe(id)
    expect(rowAt(cursorTo(row, 'lastSeen'))).toEqual(row)
  })

  it('goes back to the page of the list that one came from', () => {
    const { status, sort, search, user, after } = filled
    expect(listOf(filled)).toEqual({ ...home, status, sort, search, user, after })
  })
})
