#!/usr/bin/env node
import { readEnvFiles } from './cli/env-files.ts'
import { processTerminal } from './cli/process-terminal.ts'
import { run } from './cli/program.ts'

process.exitCode = await run(process.argv.slice(2), processTerminal(readEnvFiles(process.cwd())))
