#!/usr/bin/env node
import { parseArgs } from 'node:util'

const usage = `Usage: coatcheck <command>

  migrate   create or update the sessions table in the database of DATABASE_URL
  secret    print a new value for SESSION_SECRET
`

/** Loaded only when asked for: the secret needs no database driver. */
const commands: Readonly<Record<string, () => Promise<(print: (line: string) => void, env: NodeJS.ProcessEnv) => Promise<void>>>> =
  {
    migrate: async () => (await import('./commands/migrate.ts')).migrate,
    secret: async () => (await import('./commands/secret.ts')).secret,
  }

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', short: 'h' } } })
  const [name = ''] = positionals
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load && !values.help) await (await load())(console.log, process.env)
  else {
    const print = values.help ? console.log : console.error
    print(name && !load ? `There is no command ${JSON.stringify(name)}.\n\n${usage}` : usage)
    process.exitCode = values.help ? 0 : 2
  }
} catch (error) {
  const code = error instanceof Error && 'code' in error ? ` (${error.code})` : ''
  console.error(error instanceof Error && error.message ? error.message : `coatcheck failed${code}`)
  process.exitCode = 1
}
