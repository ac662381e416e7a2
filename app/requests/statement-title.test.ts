import { expect, it } from 'vitest'
import { statementTitle } from './statement-title'

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
])('the title of %s is %s', (text, title) => {
  expect(statementTitle(text)).toBe(title)
})
