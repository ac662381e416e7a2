import { createInterface } from 'node:readline'
import { config } from './settings.ts'
import type { Terminal } from './terminal.ts'

type OnTerminal<Stream> = Stream & { readonly isTTY?: boolean }

/**
 * Asks on the first of `outputs` that is a terminal; null where `input` is none, as in a script. Where somebody sits but would not see the
 * question, asking rejects with CONFIG_INVALID.
 */
export function questioner(
  input: OnTerminal<NodeJS.ReadableStream>,
  outputs: readonly OnTerminal<NodeJS.WritableStream>[],
): Terminal['confirm'] {
  if (!input.isTTY) return null
  const output = outputs.find(({ isTTY }) => isTTY)
  return async (question) => {
    if (!output) throw config('Nobody would see the question, since the output is redirected: pass --yes to go on without.')
    return ask(question, input, output)
  }
}

/** Ctrl-C and Ctrl-D close the interface without an answer, which is a no. */
function ask(question: string, input: NodeJS.ReadableStream, output: NodeJS.WritableStream): Promise<boolean> {
  const asked = createInterface({ input, output })
  return new Promise((resolve) => {
    const unanswered = () => {
      output.write('\n')
      resolve(false)
    }
    asked.once('close', unanswered)
    asked.question(`${question} [y/N] `, (answer) => {
      asked.off('close', unanswered).close()
      resolve(/^y(es)?$/i.test(answer.trim()))
    })
  })
}
