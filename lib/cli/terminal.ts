import { createInterface } from 'node:readline'
import type { Environment } from './environment.ts'
import { configInvalid } from './errors.ts'

/** Everything that a command reads from and writes to. Tests pass their own. */
export interface Terminal {
  /** The folder of the app, which contains its package.json. */
  readonly folder: string
  readonly env: Environment
  /** The names of the `.env` files that were loaded. */
  readonly envFiles: readonly string[]
  /** Prints a result on stdout. */
  print(text: string): void
  /** Prints a message on stderr. */
  printMessage(text: string): void
  /**
   * Asks a yes-no question; null if the input is not a terminal, as in a script. Rejects with CONFIG_INVALID if the
   * user could not see the question.
   */
  readonly confirm: Confirm | null
  /** The stream for a progress bar; null if stderr is not a terminal, as in a log. */
  readonly progressStream: NodeJS.WritableStream | null
  /** Returns a signal that the next Ctrl-C aborts. A second Ctrl-C ends the process. */
  interruptSignal(): AbortSignal
}

/** Asks a question. Returns true for yes. */
type Confirm = (question: string) => Promise<boolean>

/** The result of a command. */
export interface CommandResult {
  /** The text to print. If it is empty, nothing is printed. */
  readonly text: string
  /** The result as a JSON document, for `--json`. */
  readonly json: object
  /** @default 0 */
  readonly exitCode?: number
}

/** Returns the terminal of this process. */
export function processTerminal(envFiles: readonly string[]): Terminal {
  const { env, stdin, stdout, stderr } = process
  // The reader of a pipe may close it early, as `head` does. Without a listener that would stop the command.
  for (const stream of [stdout, stderr]) stream.on('error', () => {})
  return {
    folder: process.cwd(),
    env,
    envFiles,
    print: (text) => void stdout.write(`${text}\n`),
    printMessage: (text) => void stderr.write(`${text}\n`),
    confirm: createConfirm(stdin, [stderr, stdout]),
    progressStream: stderr.isTTY ? stderr : null,
    interruptSignal: () => {
      const interrupt = new AbortController()
      process.once('SIGINT', () => interrupt.abort())
      return interrupt.signal
    },
  }
}

type OnTerminal<Stream> = Stream & { readonly isTTY?: boolean }

/**
 * Creates `Terminal.confirm`. It prints the question on the first of `outputs` that is a terminal. If none of them is,
 * it rejects with CONFIG_INVALID. Returns null if `input` is not a terminal.
 */
export function createConfirm(
  input: OnTerminal<NodeJS.ReadableStream>,
  outputs: readonly OnTerminal<NodeJS.WritableStream>[],
): Confirm | null {
  if (!input.isTTY) return null
  const output = outputs.find(({ isTTY }) => isTTY)
  return async (question) => {
    if (!output) throw configInvalid('The output is redirected, so the confirmation cannot be shown. Pass --yes to skip it.')
    return ask(question, input, output)
  }
}

function ask(question: string, input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<boolean> {
  const prompt = createInterface({ input, output })
  return new Promise((resolve) => {
    // Ctrl-C and Ctrl-D close the interface without a reply. Both mean no.
    const onClose = () => {
      output.write('\n')
      resolve(false)
    }
    prompt.once('close', onClose)
    prompt.question(`${question} [y/N] `, (answer) => {
      prompt.off('close', onClose).close()
      resolve(/^y(es)?$/i.test(answer.trim()))
    })
  })
}
