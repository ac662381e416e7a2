import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmdirSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'drizzle-orm'
import { describe, expect, inject, it, vi } from 'vitest'
import { openDatabase } from '../app/db'
import { createDatabase, query } from './postgres'

const folder = () => mkdtempSync(path.join(tmpdir(), 'coatcheck-db-'))

describe('the embedded database', () => {
  it('makes its folder, and keeps its data from one opening to the next', async () => {
    const DATA_DIR = path.join(folder(), 'not', 'there', 'yet')
    const first = await openDatabase({ DATA_DIR })
    await first.db.execute(sql`create table kept (n int)`)
    await first.close()
    const second = await openDatabase({ DATA_DIR })
    await second.db.execute(sql`select n from kept`)
    await second.close()
  })

  it('is refused to a second process, with the folder and the remedy, until the first is dead and its lock has grown old', async () => {
    const DATA_DIR = folder()
    const lockfilePath = path.join(DATA_DIR, 'lock')
    const options = JSON.stringify({ stale: 10_000, update: 1000, lockfilePath })
    const code = `const { lock } = await import('proper-lockfile'); await lock.call(null, ${JSON.stringify(DATA_DIR)}, ${options}); console.log('held'); setInterval(() => {}, 1000)`
    const cwd = path.resolve(import.meta.dirname, '..')
    const holder = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd })
    await once(holder.stdout, 'data')
    await expect(openDatabase({ DATA_DIR })).rejects.toThrow(
      /Another process has the embedded database in .* open. Stop it, or set DATA_DIR/,
    )
    holder.kill('SIGKILL')
    await once(holder, 'exit')
    const secondsAgo = Date.now() / 1000 - 11
    utimesSync(lockfilePath, secondsAgo, secondsAgo)
    const open = await openDatabase({ DATA_DIR })
    await open.close()
  })

  it('whose lock is lost ends the process, before two write to it', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
    const log = vi.mocked(console.error).mockImplementation(() => {})
    const DATA_DIR = folder()
    await openDatabase({ DATA_DIR })
    rmdirSync(path.join(DATA_DIR, 'lock'))
    await vi.waitUntil(() => exit.mock.calls.length > 0, { timeout: 60_000 })
    expect(exit.mock.calls).toEqual([[1]])
    expect(log.mock.calls).toEqual([[expect.stringMatching(/^The lock of the embedded database in .* is lost/)]])
    exit.mockRestore()
    log.mockClear()
  })
})

describe('the database of the environment', () => {
  it.each([
    [{ DATABASE_DRIVER: 'mysql' }, /DATABASE_DRIVER is mysql; use pg, vercel or pglite/],
    [{ DATABASE_DRIVER: 'pg' }, /DATABASE_URL is not set/],
    [{ DATABASE_DRIVER: 'vercel' }, /POSTGRES_URL is not set/],
  ])('%j is refused with the remedy', async (env, message) => {
    await expect(openDatabase(env)).rejects.toThrow(message)
  })

  it('survives an idle connection that breaks', async () => {
    const warn = vi.mocked(console.warn).mockImplementation(() => {})
    const url = await createDatabase(inject('postgresUrl'))
    const { db, close } = await openDatabase({ DATABASE_URL: url })
    await db.execute(sql`select 1`)
    const broken = vi.waitUntil(() => warn.mock.calls.length > 0)
    await query(
      inject('postgresUrl'),
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${new URL(url).pathname.slice(1)}'`,
    )
    await broken
    await db.execute(sql`select 1`)
    await close()
    expect(warn.mock.calls).toEqual([['database: an idle connection broke (57P01)']])
    warn.mockClear()
  })
})
