import type { Terminal } from './terminal.ts'
import { whole } from './format.ts'

/** How far a long command is. */
export interface Progress {
  /** Told how many are done. */
  update(done: number): void
  /** Leaves the last state on the screen. */
  stop(): void
}

/** A bar where there is a screen, else a line for each tenth. `noun` is what is counted: 'expired sessions'. */
export async function startProgress({ screen, say }: Terminal, total: number, noun: string): Promise<Progress> {
  return screen ? bar(screen, total, noun) : lines(say, total, noun)
}

async function bar(stream: NodeJS.WritableStream, total: number, noun: string): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress')
  const drawn = new cliProgress.SingleBar({
    stream,
    format: `{bar} {percentage} % | {value} of {total} ${noun} | {eta_formatted} left`,
    formatValue: (value, _options, type) => (type === 'value' || type === 'total' ? whole(value) : String(value)),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    gracefulExit: false, // Ctrl-C is the command's
  })
  drawn.start(total, 0)
  return {
    update: (done) => {
      if (done > drawn.getTotal()) drawn.setTotal(done) // more have expired meanwhile
      drawn.update(done)
    },
    stop: () => drawn.stop(),
  }
}

function lines(say: (text: string) => void, total: number, noun: string): Progress {
  let tenths = 0
  return {
    update: (done) => {
      const reached = Math.floor((done * 10) / Math.max(total, done, 1))
      if (reached <= tenths || total === 0) return
      tenths = reached
      say(`${whole(done)} of ${whole(Math.max(total, done))} ${noun} (${reached * 10} %)`)
    },
    stop: () => {},
  }
}
