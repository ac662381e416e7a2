#!/usr/bin/env node
import { loadEnvFiles } from './cli/environment.ts'
import { run } from './cli/program.ts'
import { processTerminal } from './cli/terminal.ts'

const exitCode = await run(process.argv.slice(2), processTerminal(loadEnvFiles(process.cwd())))
// The app's own connections and timers would keep the process alive. A pipe may not have sent all output yet, so the exit waits for
// both streams.
process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)))
