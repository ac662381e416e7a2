// Measures the handlers of one Next app under load, in alternating rounds. See README.md.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { sealData } from 'iron-session'
import { binPath, root, run } from '../../scripts/setup.mjs'
import { cookieName, data, openLibrary, secret, seed } from '../library.mjs'
import { alternate, median, printRatio, printTable, ratio, whole } from '../measure.mjs'
import { createDatabase, freePort } from '../postgres.mjs'

const here = path.dirname(fileURLToPath(import.meta.url))
const roundSeconds = 1
/** A new server needs a few seconds of each kind of request until its code is compiled. */
const load = { rounds: 6, warmup: 4 }

const port = await freePort()
const url = `http://127.0.0.1:${port}`
const env = {
  ...process.env,
  NODE_ENV: 'production',
  BENCH_SECRET: secret,
  BENCH_URL: url,
  DATABASE_URL: await createDatabase(process.env.DATABASE_URL, 'http'),
}
const app = copyApp()
if (!run(process.execPath, [binPath('next'), 'build'], { cwd: app, env })) process.exit(1)
const cookies = await makeCookies()
const server = spawn(process.execPath, [binPath('next'), 'start', '-H', '127.0.0.1', '-p', String(port)], {
  cwd: app,
  env,
  stdio: 'inherit',
})
const { pid } = await usageWhenReady()
try {
  for (const connections of [1, 16]) await measure(connections)
} finally {
  for (const id of new Set([pid, server.pid])) process.kill(id, 'SIGTERM')
  rmSync(app, { recursive: true, force: true })
}
process.exit()

/**
 * Copies the app to a temporary folder, links the installed packages into it, and returns the folder. Inside the project, Next
 * would also build the `middleware.ts` and `instrumentation.ts` of the project, which it finds in parent folders.
 */
function copyApp() {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'coatcheck-bench-')))
  cpSync(here, folder, { recursive: true, filter: (from) => path.basename(from) !== '.next' })
  const packages = path.join(folder, 'node_modules')
  mkdirSync(packages)
  const link = (from, name) => symlinkSync(path.join(from, name), path.join(packages, path.basename(name)), 'junction')
  for (const name of ['next', 'react', 'react-dom', 'pg', 'drizzle-orm']) link(path.join(root, 'node_modules'), name)
  for (const name of ['better-auth', 'iron-session']) link(path.join(here, '../node_modules'), name)
  symlinkSync(root, path.join(packages, 'coatcheck'), 'junction')
  return folder
}

async function measure(connections) {
  const sides = {
    'bare handler, forged cookie': () => round('/bare', connections, cookies.forged),
    'bare handler that reads headers and cookies from Next, forged cookie': () =>
      round('/bare-cookies', connections, cookies.forged),
    'Coatcheck, anonymous visitor': () => round('/coatcheck', connections),
    'Coatcheck, forged cookie': () => round('/coatcheck', connections, cookies.forged),
    'Coatcheck, getSession': () => round('/coatcheck', connections, cookies.coatcheck),
    'Coatcheck, getSession + set': () => round('/coatcheck-set', connections, cookies.coatcheck, 'POST'),
    'iron-session': () => round('/iron', connections, cookies.iron),
    'better-auth': () => round('/better-auth', connections, cookies.betterAuth),
  }
  const results = await alternate(sides, load)
  const rates = (name) => results[name].map(({ rate }) => rate)
  const rows = Object.keys(sides).map((name) => {
    const cpu = median(results[name].map(({ micros }) => micros))
    const share = printRatio(ratio(rates(name), rates('bare handler, forged cookie')))
    return [name, whole(median(rates(name))), share, (cpu / 1000).toFixed(2), name.startsWith('Coatcheck, forged') ? '≥ 0.95' : '']
  })
  console.log(`\nHTTP, ${connections} ${connections === 1 ? 'connection' : 'connections'}:`)
  printTable(
    ['handler', 'requests per second', 'ratio to bare (quartiles)', 'CPU seconds of the server per 1,000 requests', 'goal'],
    rows,
  )
}

/** Returns the requests per second, and the CPU time of the server per request in microseconds. */
async function round(target, connections, cookie, method = 'GET') {
  const before = await usage()
  const options = { url: `${url}${target}`, connections, duration: roundSeconds, method, headers: cookie ? { cookie } : {} }
  const { requests, non2xx, errors } = await autocannon(options)
  if (non2xx > 0 || errors > 0) throw new Error(`${target}: ${non2xx} responses with an error status, ${errors} failed requests`)
  return { rate: requests.average, micros: ((await usage()).micros - before.micros) / requests.total }
}

async function usage() {
  return (await fetch(`${url}/usage`)).json()
}

async function usageWhenReady() {
  for (const deadline = Date.now() + 30_000; ; ) {
    try {
      return await usage()
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** Returns the cookies of a visitor in each library. All sessions contain the same name. */
async function makeCookies() {
  Object.assign(process.env, env)
  const { getSession, pool } = await openLibrary(env.DATABASE_URL)
  const [token] = await seed(getSession, 1, 1)
  await pool.end()
  const { auth } = await import('./auth.js')
  const { runMigrations } = await (await import('better-auth/db/migration')).getMigrations(auth.options)
  await runMigrations()
  const body = { name: data.name, email: 'john@example.com', password: 'a password of the benchmark' }
  const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true })
  const pairOf = (line) => line.split(';')[0]
  const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'E' : 'A'}`
  return {
    coatcheck: `${cookieName}=${token}`,
    forged: `${cookieName}=${forged}`,
    iron: `iron=${await sealData(data, { password: secret })}`,
    betterAuth: headers.getSetCookie().map(pairOf).join('; '),
  }
}
