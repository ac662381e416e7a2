import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { eq } from 'drizzle-orm'
import { expect } from 'vitest'
import { redisClient } from '../redis-stores'
import { library } from './scope'
import { type Cases, codeOf, type Visitor } from './trial'

/** Writes in two concurrent requests. Returns the session's data afterwards. */
async function mergedBy(visitor: Visitor) {
  await visitor.holds({ name: 'Ann' })
  await Promise.all([visitor.copy().holds({ visits: 1 }), visitor.copy().holds({ cart: ['scarf'] })])
  return visitor.data()
}

const merged = { name: 'Ann', visits: 1, cart: ['scarf'] }

export const engines: Cases = {
  "SESSION_ENGINE = '…backends.cached_db'": async (trial) => {
    const client = redisClient()
    const visitor = trial.visitor(trial.options({ db: trial.db, client }))
    expect(await mergedBy(visitor)).toEqual(merged)
    const { sessionsTable: table } = library
    const id = await visitor.holds({ name: 'Bob' })
    const rows = await trial.db.select({ data: table.data }).from(table).where(eq(table.id, id))
    expect(rows).toEqual([{ data: { ...merged, name: 'Bob' } }])
    expect(await visitor.data()).toMatchObject({ name: 'Bob' })
    client.destroy()
  },

  "SESSION_ENGINE = '…backends.cache', SESSION_CACHE_ALIAS": async (trial) => {
    const client = redisClient()
    const visitor = trial.visitor(trial.options({ client }))
    expect(await mergedBy(visitor)).toEqual(merged)
    const id = await visitor.logsIn()
    expect(await client.exists(`shop:session:{${id}}`)).toBe(1)
    expect(await visitor.sessions.revokeUser(trial.user.id)).toBe(1)
    expect(await visitor.data()).toEqual({})
    client.destroy()
  },

  "SESSION_ENGINE = '…backends.signed_cookies'": async (trial) => {
    const visitor = trial.visitor(trial.options())
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.data()).toEqual({ name: 'Ann' })
    expect(Buffer.from(visitor.browser.token.split('.')[3] ?? '', 'base64url').toString()).not.toContain('Ann')
    expect(await visitor.visit((session) => codeOf(session.set('name', 'x'.repeat(5000))))).toBe('DATA_TOO_LARGE')
    expect(await visitor.data()).toEqual({ name: 'Ann' })
  },

  "SESSION_ENGINE = '…backends.file', SESSION_FILE_PATH": async (trial) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-files-'))
    const visitor = trial.visitor(trial.options({ folder }))
    expect(await mergedBy(visitor)).toEqual(merged)
    expect(readdirSync(folder)).toHaveLength(1)
    rmSync(folder, { recursive: true })
  },
}
