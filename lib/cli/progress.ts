import { formatNumber } from '../core/administration/format.ts'
import type { Terminal } from './terminal.ts'

/** The progress display of a long command. */
export interface Progress {
  /** Shows the number of items that are done. */
  update(done: number): void
  /** Stops the display. Its last state stays visible. */
  stop(): void
}

/**
 * Shows the progress of a command: a bar on a terminal, otherwise a line for each tenth.
 * @param noun The counted items in the plural, such as 'expired sessions'.
 */
export async function startProgress(terminal: Terminal, total: number, noun: string): Promise<Progress> {
  const { progressStream, printMessage } = terminal
  return progressStream ? startBar(progressStream, total, noun) : startLines(printMessage, total, noun)
}

async function startBar(stream: NodeJS.WritableStream, total: number, noun: string): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress')
  const bar = new cliProgress.SingleBar({
    stream,
    format: `{bar} {percentage} % | {value} of {total} ${noun} | {eta_formatted} left`,
    formatValue: (value, _options, type) => (type === 'value' || type === 'total' ? formatNumber(value) : String(value)),
    barCompleteChar: '█',
    barIncompleteChar: '░',
    hideCursor: true,
    gracefulExit: false, // the command handles Ctrl-C itself
  })
  bar.start(total, 0)
  return {
    update: (done) => {
      if (done > bar.getTotal()) bar.setTotal(done) // more sessions have expired since they were counted
      bar.update(done)
    },
    stop: () => bar.stop(),
  }
}

function startLines(printMessage: Terminal['printMessage'], total: number, noun: string): Progress {
  let printedTenths = 0
  return {
    update: (done) => {
      const tenths = Math.floor((done * 10) / Math.max(total, done, 1))
      if (tenths <= printedTenths || total === 0) return
      printedTenths = tenths
      printMessage(`${formatNumber(done)} of ${formatNumber(Math.max(total, done))} ${noun} (${tenths * 10} %)`)
    },
    stop: () => {},
  }
}
