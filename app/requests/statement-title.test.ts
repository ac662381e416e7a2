import { expect, it } from 'vitest'
import { statementOutline, statementPurpose, statementTitle } from './statement-title'

it.each([
  ['select "id", extract(epoch from "expires_at" - now())::float8 from "sessions" where "id" = $1', 'SELECT sessions'],
  ['select count(*) from "sessions" where "expires_at" > now()', 'SELECT sessions'],
  ['select (with seen as (select 1 from "sessions" tablesample system (100)) select count(*) from seen)', 'SELECT sessions'],
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

it.each([
  ['select "id" from "sessions" where ("sessions"."id" = $1 and ("sessions"."token_hash" = $2))', 'reads your session'],
  ['select "id" from "sessions" where "sessions"."id" = $1', 'reads the row, to show it here'],
  ['select "id" from "sessions" order by "sessions"."id" desc limit $1', 'lists sessions, to show them here'],
  ['select count(*) from "sessions" tablesample system (100)', 'counts sessions, to show them here'],
  ['select "id" from "users" where "users"."id" = $1', 'reads the user'],
  ['select "id", "username" from "users" where "users"."id" in ($1, $2)', 'reads the names of users'],
  ['insert into "sessions" ("id") values ($1)', 'creates the session'],
  ['vacuum', ''],
])('the purpose of %s is "%s"', (text, purpose) => {
  expect(statementPurpose(text)).toBe(purpose)
})

it.each([
  [
    'select json_build_array("sessions"."id", date_part(\'epoch\', now())) from "sessions" where ("sessions"."id" = $1 and "sessions"."token_hash" = $2)',
    'select … from sessions where (id = $1 and token_hash = $2)',
  ],
  [
    'update "sessions" set "data" = case when "sessions"."version" = 1 then $1 end where "sessions"."id" = $2',
    'update sessions set … where id = $2',
  ],
  [
    'insert into "sessions" ("id", "token_hash", "created_at", "authenticated_at", "last_seen_at", "expires_at", "data", "version") values ($1)',
    'insert into sessions (id, token_hash, created_at, authenticated_at, last_seen_at, expires_at, data, version …',
  ],
])('the outline of %s is %s', (text, outline) => {
  expect(statementOutline(text)).toBe(outline)
})
