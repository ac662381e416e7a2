import { type App, openApp } from './app.ts'
import { checkDatabase } from './check-database.ts'
import { checkDevice } from './check-device.ts'
import { checkCronSecret, checkOptions } from './check-options.ts'
import { checkRedis } from './check-redis.ts'
import { printableError } from './errors.ts'
import { type Finding, formatFindings, ok, type PartResult, skipped } from './finding.ts'
import { type LoadedConfig, loadConfig } from './load-config.ts'
import type { CommandResult, Terminal } from './terminal.ts'

/** The options of `coatcheck check`. */
export interface CheckOptions {
  /** The public address of the app, to test the path of device-bound sessions. */
  readonly url?: URL
}

/** Runs `coatcheck check`: checks the app's options and the servers that it uses. The exit code is 1 if there is a problem. */
export async function check(terminal: Terminal, { url }: CheckOptions): Promise<CommandResult> {
  const { env, envFiles } = terminal
  const parts = [{ findings: [checkEnvFiles(envFiles)], facts: { envFiles } }, ...(await checkApp(terminal, url))]
  const findings = [...parts.flatMap((part) => part.findings), ...checkCronSecret(env)]
  const problems = findings.filter(({ remedy }) => remedy !== null)
  const isOk = problems.length === 0
  const facts = Object.assign({}, ...parts.map((part) => part.facts))
  return { text: formatFindings(findings), json: { ok: isOk, ...facts, problems }, exitCode: isOk ? 0 : 1 }
}

async function checkApp(terminal: Terminal, url: URL | undefined): Promise<PartResult[]> {
  const config = await loadConfig(terminal.folder).catch((error: unknown) => failure('Config', error))
  if (config && 'findings' in config) return [config]
  const options = config?.options ?? null
  const optionsPart = { findings: [checkOptions(options, terminal.env)], facts: {} }
  const parts = [checkConfig(config), optionsPart, await checkDevice(options, url)]
  const app = await openApp(terminal, config).catch((error: unknown) => failure('Database', error))
  if ('findings' in app) return [...parts, app]
  try {
    return [...parts, ...(await checkServers(app))]
  } finally {
    await app.close()
  }
}

async function checkServers(app: App): Promise<PartResult[]> {
  const { store, parts, config } = app
  const results: PartResult[] = config ? [{ findings: [ok('Store', describeStore(store))], facts: { store: store.name } }] : []
  if (app.database && parts.drizzle && 'find' in store) {
    results.push(await checkDatabase(app.database, app.failedDatabase, parts.drizzle, store))
  }
  if (parts.redis) results.push(await checkRedis(parts.redis))
  return results
}

function describeStore(store: App['store']): string {
  if (!('find' in store)) return `${store.name} (sessions are stored in cookies, so there is no server to check)`
  return store.name === 'memory' ? 'memory (sessions are stored in the memory of the server until it stops)' : store.name
}

function checkEnvFiles(envFiles: readonly string[]): Finding {
  const files = envFiles.length > 0 ? `and ${envFiles.join(', ')}` : '(there is no .env file)'
  return ok('Environment', `environment variables ${files}`)
}

function checkConfig(config: LoadedConfig | null): PartResult {
  const none = 'there is no coatcheck.config.ts, so the options of the app are not checked; create it with: npx coatcheck init'
  const finding = config ? ok('Config', config.fileName) : skipped('Config', none)
  return { findings: [finding], facts: { config: config?.fileName ?? null } }
}

function failure(name: string, error: unknown): PartResult {
  const { message } = printableError(error, 'check')
  const text = name === 'Config' ? 'cannot be loaded' : 'cannot be opened'
  return { findings: [{ name, text, remedy: message }], facts: {} }
}
