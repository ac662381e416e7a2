import { questioner } from './question.ts'
import type { Terminal } from './terminal.ts'

/** The terminal, or what stands in its place, of this process. */
export function processTerminal(envFiles: readonly string[]): Terminal {
  const { env, stdin, stdout, stderr } = process
  for (const stream of [stdout, stderr]) stream.on('error', () => {}) // whoever reads may stop reading, as `head` does
  return {
    env,
    envFiles,
    print: (text) => void stdout.write(`${text}\n`),
    say: (text) => void stderr.write(`${text}\n`),
    confirm: questioner(stdin, [stderr, stdout]),
    screen: stderr.isTTY ? stderr : null,
    interrupted: () => {
      const stop = new AbortController()
      process.once('SIGINT', () => stop.abort())
      return stop.signal
    },
  }
}
