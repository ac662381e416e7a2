import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { freePort } from '../test/postgres'

/** A running app: `next start` of its production build, or `next dev`. */
export interface AppServer {
  readonly url: string
  /** What it signs tokens with. */
  readonly secret: string
  /** What a cron job shows to it. */
  readonly cronSecret: string
  /** The lines printed since this was last asked, but for those that Next prints when it starts, or to tell what it does in development. */
  complaints(): string[]
  /** Ends the process, and resolves once it is gone. */
  stop(): Promise<void>
  /** Ends it as `kill -9` does: without a chance to finish anything. */
  kill(): Promise<void>
}

/** What a server may be told; the environment of the tests does not reach it. */
export interface ServerSettings {
  readonly env: Readonly<Record<string, string>>
  /** Where the app lies. @default the app under test */
  readonly folder?: string
  /** Of the two, what is run. @default 'start' */
  readonly command?: 'start' | 'dev'
}

/** The app under test, already built: this one, unless `APP_FOLDER` names a copy on another version of Next. */
export const appFolder = path.resolve(process.env.APP_FOLDER ?? '.')
const startLine = /^\s*(▲ Next\.js |- \w+: |- Experiments |⚠ `experimental\.useCache` is deprecated|✓ |$)/
const developmentLine = /^\s*(- .* enabled$|We detected TypeScript |○ Compiling |└─ ƒ |(GET|POST) \S+ 200 in )/
const startDeadlineMs = 120_000
const stopDeadlineMs = 10_000

/** Starts the app on a free port of loopback, and waits until it answers. */
export async function startServer({ env, folder = appFolder, command = 'start' }: ServerSettings): Promise<AppServer> {
  if (command === 'start' && !existsSync(path.join(folder, '.next/BUILD_ID'))) {
    throw new Error(`There is no production build in ${folder}: run npx next build first.`)
  }
  const port = await freePort()
  const { SESSION_SECRET: secret = randomSecret(), CRON_SECRET: cronSecret = randomSecret() } = env
  const next = path.join(folder, 'node_modules/next/dist/bin/next')
  const child = spawn(process.execPath, [next, command, '-p', String(port), '-H', 'localhost'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      // Playwright sets NODE_ENV to test, and then the cookie would not be the one of production.
      NODE_ENV: command === 'start' ? 'production' : 'development',
      NEXT_TELEMETRY_DISABLED: '1',
      // A server clears after a write every five minutes: tests count statements, and may take longer.
      SESSION_AUTO_CLEAR: 'off',
      ...env,
      SESSION_SECRET: secret,
      CRON_SECRET: cronSecret,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const log = collectLog(child)
  // A Secure cookie is kept over plain http on localhost only.
  const url = `http://localhost:${port}`
  await untilItAnswers(url, child, log)
  return {
    url,
    secret,
    cronSecret,
    complaints: () => log.take().filter((line) => !startLine.test(line) && !(command === 'dev' && developmentLine.test(line))),
    stop: async () => {
      process.off('exit', kill)
      await end(child)
    },
    kill: async () => {
      process.off('exit', kill)
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** A secret as an operator would make it. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

interface Log {
  /** The whole lines printed since the last call. */
  take(): string[]
}

function collectLog({ stdout, stderr }: ChildProcess): Log {
  let text = ''
  for (const stream of [stdout, stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  return {
    take: () => {
      const lines = stripVTControlCharacters(text).split('\n')
      text = lines.pop() ?? ''
      return lines
    },
  }
}

async function untilItAnswers(url: string, child: ChildProcess, log: Log): Promise<void> {
  for (const deadline = Date.now() + startDeadlineMs; ; ) {
    if (await answers(url)) return
    if (child.exitCode !== null || Date.now() > deadline) {
      await end(child)
      throw new Error(`The server did not start:\n${log.take().join('\n')}`)
    }
    await setTimeout(50)
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    // Only once it is read to its end is the connection idle, so that a stopping server does not wait for it.
    await response.text()
    return response.ok
  } catch {
    return false
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const late = new AbortController()
  const killed = setTimeout(stopDeadlineMs, undefined, { signal: late.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  )
  await exited
  late.abort()
  await killed
}
