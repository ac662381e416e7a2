import { describe, expect, it } from 'vitest'
import { countOf, millisecondsText, statementTitle } from './words'

describe('the title of a statement', () => {
  it.each([
    ['select "id", extract(epoch from "expires_at" - now())::float8 from "sessions" where "id" = $1', 'SELECT sessions'],
    ['select count(*) from "sessions" where "expires_at" > now()', 'SELECT sessions'],
    ['select "id" from "users"', 'SELECT users'],
    ['insert into "sessions" ("id") values ($1)', 'INSERT sessions'],
    ['update "sessions" set "data" = $1', 'UPDATE sessions'],
    ['delete from "sessions" where "id" = $1', 'DELETE sessions'],
    [
      'with "old" as (delete from "sessions" where "id" = $1 returning "id") insert into "sessions" ("id") select',
      'DELETE and INSERT sessions',
    ],
    [
      'with "gone" as (delete from "sessions" where "id" = any(array((select "id" from "sessions" where true for update skip locked)))) select count(*)',
      'DELETE sessions',
    ],
    [
      'with "before" as (select "id" from "sessions" where "id" = $1 for update) update "sessions" set "data" = $2 from "before"',
      'UPDATE sessions',
    ],
  ])('of %s is %s', (text, title) => {
    expect(statementTitle(text)).toBe(title)
  })
})

it('counts in words', () => {
  expect([0, 1, 2].map((count) => countOf(count, 'statement'))).toEqual(['no statements', '1 statement', '2 statements'])
})

it('rounds milliseconds to what can be trusted', () => {
  const end = { status: 200, cookie: 'none', attributes: [] } as const
  expect(millisecondsText({ ...end, milliseconds: 3.15159 })).toBe('3.2 ms')
  expect(millisecondsText({ ...end, milliseconds: 31.4321 })).toBe('31 ms')
  expect(millisecondsText(null)).toBe('… ms')
})
