import { tmpdir } from 'node:os'
import { run } from '../lib/cli/program'
import type { Terminal } from '../lib/cli/terminal'

/** The output of a command, and its exit code. */
export interface CommandOutput {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command in this process, by default without a terminal and in a folder without a coatcheck.config.ts. */
export async function runCommand(args: readonly string[], overrides: Partial<Terminal> = {}): Promise<CommandOutput> {
  const [stdout, stderr]: [string[], string[]] = [[], []]
  const terminal: Terminal = {
    folder: tmpdir(),
    env: {},
    envFiles: [],
    print: (text) => void stdout.push(text),
    printMessage: (text) => void stderr.push(text),
    confirm: null,
    progressStream: null,
    interruptSignal: () => new AbortController().signal,
    ...overrides,
  }
  const code = await run(args, terminal)
  return { code, stdout: stdout.join('\n'), stderr: stderr.join('\n') }
}
