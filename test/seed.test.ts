import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { postgres } from './commands'
import { query } from './postgres'
import { sharedServer } from './shared-server'

it('npm run seed stores the given number of sessions, half of them expired, with ids that contain the time of creation', async () => {
  const root = await sharedServer('library')
  const env = await postgres()
  const args = [path.join(root, 'scripts', 'seed.mjs'), '--sessions', '400', '--expired-share', '0.5']
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { NODE_ENV: 'test', PATH: process.env.PATH, ...env },
  })
  expect(stdout).toMatch(/^Stored 400 sessions/m)
  const consistent = [
    "substr(id::text, 1, 8) || substr(id::text, 10, 4) = lpad(to_hex((extract(epoch from created_at) * 1000)::bigint), 12, '0')",
    "id::text ~ '^.{14}7.{4}[89ab]'",
    'last_seen_at between created_at and now()',
    "created_at > now() - interval '31 days'",
    '(user_id is null) = (authenticated_at is null)',
  ]
  expect(
    await query(
      env.DATABASE_URL,
      `select count(*)::int as stored, count(*) filter (where expires_at <= now())::int as expired,
       count(distinct token_hash)::int as hashes, count(*) filter (where not (${consistent.join(' and ')}))::int as odd from sessions`,
    ),
  ).toEqual([{ stored: 400, expired: 200, hashes: 400, odd: 0 }])
})
