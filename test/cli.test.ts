import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { createDatabase, query } from './postgres'

const root = path.resolve(import.meta.dirname, '..')
const execute = promisify(execFile)

describe('the command, built as it is shipped', () => {
  let folder: string
  let cli: string
  beforeAll(async () => {
    // As installed: modules and SQL side by side, dependencies found above them.
    folder = mkdtempSync(path.join(root, 'node_modules', '.coatcheck-cli-'))
    await execute(
      process.execPath,
      [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', path.join(folder, 'dist')],
      { cwd: root },
    )
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
    symlinkSync(path.join(root, 'drizzle'), path.join(folder, 'drizzle'))
    cli = path.join(folder, 'dist', 'cli.js')
  })

  afterAll(() => rmSync(folder, { recursive: true }))

  /** Runs the command to its end. */
  async function coatcheck(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const run = execute(process.execPath, [cli, ...args], {
      env: { NODE_ENV: 'test', PATH: process.env.PATH, ...env },
      cwd: tmpdir(),
    })
    return run.then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    )
  }

  it('secret prints another secret each time, long enough', async () => {
    const [one, two] = [await coatcheck(['secret']), await coatcheck(['secret'])]
    expect(one.stdout).toMatch(/^[\w-]{43}\n$/)
    expect(one.stdout).not.toBe(two.stdout)
  })

  it('migrate makes the table, and says so when there is nothing to do', async () => {
    const DATABASE_URL = await createDatabase(inject('postgresUrl'))
    expect((await coatcheck(['migrate'], { DATABASE_URL })).stdout).toMatch(/^Applied \d+ migrations/)
    expect((await coatcheck(['migrate'], { DATABASE_URL })).stdout).toMatch(/^Nothing to do/)
    expect(await query(DATABASE_URL, 'select id from sessions')).toEqual([])
  })

  it('without a database, with a wrong command or none says what is wrong, in one line and with its exit code', async () => {
    expect(await coatcheck(['migrate'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^DATABASE_URL is not set; set it to/),
    })
    expect(await coatcheck(['migrate'], { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/x' })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ECONNREFUSED'),
    })
    expect(await coatcheck(['migrat'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/^There is no command "migrat"/) })
    expect(await coatcheck(['--wrong'])).toMatchObject({ code: 1, stderr: expect.stringContaining('--wrong') })
    expect(await coatcheck(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Usage: coatcheck/) })
  })
})
