import { resolveOptions } from '../core/options.ts'
import { checkDatabase } from './check-database.ts'
import { checkRedis } from './check-redis.ts'
import { type Engine, type Environment, engineOf } from './environment.ts'
import { printableError } from './errors.ts'
import { type Finding, formatFindings, ok } from './finding.ts'
import type { CommandResult, Terminal } from './terminal.ts'

/** Runs `coatcheck check`: checks the environment and the servers that it names. The exit code is 1 if there is a problem. */
export async function check(terminal: Terminal): Promise<CommandResult> {
  const { env, envFiles } = terminal
  const { engine, finding } = checkEngine(env)
  const findings = [checkEnvFiles(envFiles), checkSecret(env), ...checkCronSecret(env), finding]
  const facts: object[] = []
  for (const checkPart of partsOf(engine)) {
    const part = await checkPart(terminal, engine === 'redis')
    findings.push(...part.findings)
    facts.push(part.facts)
  }
  const problems = findings.filter(({ remedy }) => remedy !== null)
  const isOk = problems.length === 0
  const json = { ok: isOk, engine, envFiles, ...Object.assign({}, ...facts), problems }
  return { text: formatFindings(findings), json, exitCode: isOk ? 0 : 1 }
}

function partsOf(engine: Engine | null) {
  if (engine === 'db') return [checkDatabase]
  if (engine === 'cached') return [checkDatabase, checkRedis]
  return engine === 'redis' ? [checkRedis] : []
}

function checkEnvFiles(envFiles: readonly string[]): Finding {
  const files = envFiles.length > 0 ? `and ${envFiles.join(', ')}` : '(there is no .env file)'
  return ok('Environment', `environment variables ${files}`)
}

function checkSecret({ SESSION_SECRET: secret }: Environment): Finding {
  try {
    resolveOptions({ secret }, true)
    const several = secret?.split(',') ?? []
    if (several.length > 1 && several.every(({ length }) => length >= 32)) return ok('Secret', rotation(several.length))
    return ok('Secret', `SESSION_SECRET has ${secret?.length} characters`)
  } catch {
    const text = secret ? `SESSION_SECRET has ${secret.length} characters; at least 32 are required` : 'SESSION_SECRET is not set'
    return { name: 'Secret', text, remedy: 'Create one with: coatcheck secret' }
  }
}

function rotation(count: number): string {
  const order = 'deploy old,new to every server before new,old, or visitors are logged out'
  return `SESSION_SECRET has ${count} secrets, of which the first signs; ${order}`
}

/** Returns no finding if the variable is not set, because not every app has a cron job. */
function checkCronSecret({ CRON_SECRET: secret }: Environment): Finding[] {
  if (secret === undefined || secret.length >= 16) return []
  const text = `CRON_SECRET has ${secret.length} characters; at least 16 are required`
  return [{ name: 'Cron', text, remedy: 'Create one with: coatcheck secret' }]
}

const notes: Readonly<Partial<Record<Engine, string>>> = {
  cookie: ' (sessions are stored in cookies, so there is no server to check)',
  memory: ' (sessions are stored in the memory of the server until it stops)',
}

function checkEngine(env: Environment): { engine: Engine | null; finding: Finding } {
  try {
    const engine = engineOf(env)
    return { engine, finding: ok('Engine', `${engine}${notes[engine] ?? ''}`) }
  } catch (error) {
    return { engine: null, finding: { name: 'Engine', text: 'unknown', remedy: printableError(error).message } }
  }
}
