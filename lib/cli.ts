#!/usr/bin/env node
import { readEnvFiles } from './commands/env-files.ts'
import { processTerminal } from './commands/process-terminal.ts'
import { run } from './commands/program.ts'

process.exitCode = await run(process.argv.slice(2), processTerminal(readEnvFiles(process.cwd())))
