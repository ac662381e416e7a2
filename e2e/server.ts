import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { freePort } from '../test/postgres'

/** An app that runs with `next start` or `next dev`. */
export interface AppServer {
  readonly url: string
  /** The secret that signs its tokens. */
  readonly secret: string
  /** The secret that its cron job must send. */
  readonly cronSecret: string
  /** Returns the lines printed since the last call, without the usual lines of Next at start and in development. */
  complaints(): string[]
  /** Stops the process, and resolves when it has ended. */
  stop(): Promise<void>
  /** Kills the process like `kill -9`, so that it cannot finish anything. */
  kill(): Promise<void>
}

/** The options of `startServer`. The server does not inherit the environment of the tests. */
export interface ServerSettings {
  readonly env: Readonly<Record<string, string>>
  /** The folder of the app. @default the app under test */
  readonly folder?: string
  /** The command of Next. @default 'start' */
  readonly command?: 'start' | 'dev'
  /** The server of `output: 'standalone'`, which replaces the command of Next. */
  readonly script?: string | undefined
  /** The app's `basePath`, which becomes part of its URL. @default none */
  readonly basePath?: string
}

/** The folder of the built app under test. APP_FOLDER replaces this project by an app on another version of Next. */
export const appFolder = path.resolve(process.env.APP_FOLDER ?? '.')
const startLine = /^\s*(▲ Next\.js |- \w+: |- Experiments |⚠ `experimental\.useCache` is deprecated|✓ |$)/
const developmentLine = /^\s*(- .* enabled$|We detected TypeScript |○ Compiling |└─ ƒ |(GET|POST) \S+ (200|204|303) in )/
const startDeadlineMs = 120_000
const stopDeadlineMs = 10_000

/** Starts the app on a free port of loopback, and waits until it responds. */
export async function startServer(settings: ServerSettings): Promise<AppServer> {
  const { env, folder = appFolder, command = 'start', script, basePath = '' } = settings
  if (command === 'start' && !existsSync(path.join(folder, '.next/BUILD_ID'))) {
    throw new Error(`There is no production build in ${folder}: run npx next build first.`)
  }
  const port = await freePort()
  const { SESSION_SECRET: secret = randomSecret(), CRON_SECRET: cronSecret = randomSecret() } = env
  const next = path.join(folder, 'node_modules/next/dist/bin/next')
  const program = script ? [script] : [next, command, '-p', String(port), '-H', 'localhost']
  const child = spawn(process.execPath, program, {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      // Playwright sets NODE_ENV to test, which would change the name of the cookie.
      NODE_ENV: command === 'start' ? 'production' : 'development',
      NEXT_TELEMETRY_DISABLED: '1',
      ...(script && { PORT: String(port), HOSTNAME: 'localhost' }),
      // Otherwise, a write deletes expired sessions every five minutes, which adds a statement that tests would count.
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
  // Browsers store a Secure cookie over plain HTTP only on localhost.
  const url = `http://localhost:${port}${basePath}`
  await untilReady(url, child, log)
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

/** Returns a new secret. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

interface Log {
  /** Returns the complete lines printed since the last call. */
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

async function untilReady(url: string, child: ChildProcess, log: Log): Promise<void> {
  for (const deadline = Date.now() + startDeadlineMs; ; ) {
    if (await responds(url)) return
    if (child.exitCode !== null || Date.now() > deadline) {
      await end(child)
      throw new Error(`The server did not start:\n${log.take().join('\n')}`)
    }
    await setTimeout(50)
  }
}

async function responds(url: string): Promise<boolean> {
  try {
    const response = await fetch(url)
    // The connection is idle only after the whole body was read. A stopping server waits for the others.
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
