import { resolveOptions } from '../core/options.ts'
import { checkDatabase } from './check-database.ts'
import { checkRedis } from './check-redis.ts'
import { failureOf } from './failure.ts'
import type { Finding } from './findings.ts'
import { type Engine, engineOf } from './settings.ts'
import type { Environment, Outcome, Terminal } from './terminal.ts'

/** `coatcheck check`: looks at all that the environment names. The exit code is 1 if something is wrong. */
export async function check(terminal: Terminal): Promise<Outcome> {
  const { env, envFiles } = terminal
  const files = envFiles.length > 0 ? `and ${envFiles.join(', ')}` : 'no .env file'
  const findings: Finding[] = [well('Environment', `this process's, ${files}`), checkSecret(env), ...checkCronSecret(env)]
  const facts: object[] = []
  const engine = checkEngine(env)
  findings.push(engine.finding)
  for (const part of partsOf(engine.engine)) {
    const checked = await part(terminal, engine.engine === 'redis')
    findings.push(...checked.findings)
    facts.push(checked.facts)
  }
  const problems = findings.filter(({ remedy }) => remedy !== null)
  const ok = problems.length === 0
  const document = { ok, engine: engine.engine, envFiles, ...Object.assign({}, ...facts), problems }
  return { text: textOf(findings, problems.length), json: document, exitCode: ok ? 0 : 1 }
}

/** Something that is as it should be. */
export function well(name: string, text: string): Finding {
  return { name, text, remedy: null }
}

function partsOf(engine: Engine | null) {
  if (engine === 'db') return [checkDatabase]
  if (engine === 'cached') return [checkDatabase, checkRedis]
  return engine === 'redis' ? [checkRedis] : []
}

function checkSecret({ SESSION_SECRET: secret }: Environment): Finding {
  try {
    resolveOptions({ secret }, true)
    return well('Secret', `SESSION_SECRET has ${secret?.length} characters`)
  } catch {
    const text = secret ? `SESSION_SECRET has ${secret.length} characters; at least 32 are needed` : 'SESSION_SECRET is not set'
    return { name: 'Secret', text, remedy: 'Make one with: coatcheck secret' }
  }
}

function checkCronSecret({ CRON_SECRET: secret }: Environment): Finding[] {
  if (secret === undefined || secret.length >= 16) return []
  const text = `CRON_SECRET has ${secret.length} characters; at least 16 are needed`
  return [{ name: 'Cron', text, remedy: 'Make one with: coatcheck secret' }]
}

function checkEngine(env: Environment): { engine: Engine | null; finding: Finding } {
  try {
    const engine = engineOf(env)
    const where = {
      cookie: ': sessions lie in cookies, there is nothing to reach',
      memory: ": in the server's memory, until it stops",
    }
    return { engine, finding: well('Engine', engine + (engine === 'cookie' || engine === 'memory' ? where[engine] : '')) }
  } catch (error) {
    return { engine: null, finding: { name: 'Engine', text: 'unknown', remedy: failureOf(error).message } }
  }
}

function textOf(findings: readonly Finding[], problems: number): string {
  const width = Math.max(...findings.map(({ name }) => name.length))
  const lines = findings.flatMap(({ name, text, remedy }) => {
    const line = `${remedy === null ? 'ok   ' : 'WRONG'}  ${name.padEnd(width)}  ${text}`
    return remedy === null ? [line] : [line, `${' '.repeat(width + 9)}${remedy}`]
  })
  const sum = problems === 0 ? 'All is well.' : `${problems} ${problems === 1 ? 'thing is' : 'things are'} wrong.`
  return [...lines, '', sum].join('\n')
}
