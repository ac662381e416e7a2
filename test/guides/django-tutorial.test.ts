import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import { coatcheck } from '../commands'
import { blocksOf } from '../docs/blocks.ts'
import { createDatabase, query } from '../postgres'
import { postgresUrl } from '../use-postgres'

const packages = path.resolve(import.meta.dirname, '../../node_modules')

/** Creates a folder with the last version of each file of the tutorial. drizzle-kit does not compile files below node_modules. */
function tutorialFolder(environment: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'coatcheck-tutorial-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(packages, path.join(folder, 'node_modules'))
  for (const { file, code } of [...blocksOf('docs/django-tutorial.md'), { file: '.env.local', code: environment }]) {
    if (!file) continue
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    writeFileSync(path.join(folder, file), code)
  }
  return folder
}

it('drizzle-kit push finds the database URL in .env.local, creates the users table and keeps the sessions table', async () => {
  const url = await createDatabase(postgresUrl)
  await coatcheck(['migrate'], { DATABASE_URL: url })
  const folder = tutorialFolder(`DATABASE_URL=${url}\n`)
  const env = { PATH: process.env.PATH, NODE_ENV: 'development' } as const
  await promisify(execFile)(process.execPath, [path.join(packages, 'drizzle-kit/bin.cjs'), 'push'], { cwd: folder, env })
  const tables = "select tablename from pg_tables where schemaname = 'public' order by tablename"
  expect(await query(url, tables)).toEqual([
    { tablename: 'coatcheck_migrations' },
    { tablename: 'sessions' },
    { tablename: 'users' },
  ])
})
