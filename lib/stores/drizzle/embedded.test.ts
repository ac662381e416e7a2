import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmdirSync, rmSync, statSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { sql } from 'drizzle-orm'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { copyPglite } from '../../../test/pglite'
import { sharedServer } from '../../../test/shared-server'
import { openEmbedded } from './embedded.ts'

function newFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-embedded-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Returns the folder of a database without tables, because creating one takes much longer than opening one. */
const existingDatabase = async () => copyPglite(await sharedServer('pglite'))

/** Starts another process that holds the lock of `folder`. */
async function startOwner(folder: string) {
  const options = JSON.stringify({ stale: 10_000, update: 1000, lockfilePath: path.join(folder, 'lock') })
  const code = `const { lock } = await import('proper-lockfile'); await lock.call(null, ${JSON.stringify(folder)}, ${options}); console.log('locked'); setInterval(() => {}, 1000)`
  const cwd = path.resolve(import.meta.dirname, '..', '..', '..')
  const owner = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd })
  await once(owner.stdout, 'data')
  return owner
}

/** Returns the permissions that group and others have for a folder and its files, in octal. */
function foreignModes(folder: string): string[] {
  const files = ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]
  return [...new Set(files.map((file) => (statSync(path.join(folder, file)).mode & 0o077).toString(8)))]
}

describe('openEmbedded', () => {
  it('openEmbedded creates the folder for its owner alone, and finds the data when it opens the database again', async () => {
    const folder = path.join(newFolder(), 'not', 'there', 'yet')
    const first = await openEmbedded(folder)
    await first.db.execute(sql`create table notes (n int)`)
    await first.close()
    if (process.platform !== 'win32') expect(foreignModes(folder)).toEqual(['0'])
    const second = await openEmbedded(folder)
    await second.db.execute(sql`select n from notes`)
    await second.close()
  })

  it.skipIf(process.platform === 'win32')('openEmbedded makes an existing database private to its owner', async () => {
    const folder = await existingDatabase()
    const parent = statSync(path.dirname(folder)).mode
    chmodSync(folder, 0o755)
    chmodSync(path.join(folder, 'pglite', 'PG_VERSION'), 0o644)
    const { close } = await openEmbedded(folder)
    await close()
    expect(foreignModes(folder)).toEqual(['0'])
    expect(statSync(path.dirname(folder)).mode).toBe(parent)
  })

  it('openEmbedded logs each statement to the given logger', async () => {
    const statements: string[] = []
    const { db, close } = await openEmbedded(await existingDatabase(), {
      logger: { logQuery: (text) => void statements.push(text) },
    })
    await db.execute(sql`select 1`)
    await close()
    expect(statements).toEqual(['select 1'])
  })

  it('openEmbedded rejects while another process has the database open, until that process is killed and its lock is stale', async () => {
    const folder = await existingDatabase()
    const owner = await startOwner(folder)
    const onLocked = vi.fn()
    await expect(openEmbedded(folder, { onLocked })).rejects.toMatchObject({
      code: 'STORE_FAILED',
      cause: { code: 'ELOCKED' },
      message: expect.stringMatching(/^Another process has the embedded database in .* open\. Stop that process/),
    })
    expect(onLocked).toHaveBeenCalledOnce()
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    const elevenSecondsAgo = Date.now() / 1000 - 11
    utimesSync(path.join(folder, 'lock'), elevenSecondsAgo, elevenSecondsAgo)
    const { close } = await openEmbedded(folder)
    await close()
  })

  it('openEmbedded exits the process when it detects that its lock is lost', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never)
    const log = vi.mocked(console.error).mockImplementation(() => {})
    const folder = await existingDatabase()
    await openEmbedded(folder)
    rmdirSync(path.join(folder, 'lock'))
    await vi.waitUntil(() => exit.mock.calls.length > 0, { timeout: 60_000 })
    expect(exit.mock.calls).toEqual([[1]])
    expect(log.mock.calls).toEqual([[expect.stringMatching(/^This process lost the lock of the embedded database in /)]])
    exit.mockRestore()
    log.mockClear()
  })
})
