import { formatCount, formatNumber } from '../core/administration/format.ts'
import { startProgress } from './progress.ts'
import type { CommandResult, Terminal } from './terminal.ts'
import { type OpenSessions, withSessions } from './with-sessions.ts'

/** The options of `coatcheck clearsessions`. */
export interface ClearOptions {
  /** Rows per DELETE statement. */
  readonly batchSize: number
  readonly dryRun?: boolean
}

/** The exit code of a command that Ctrl-C stopped: 128 plus the number of SIGINT, as in a shell. */
const interruptedExitCode = 130

/** Runs `coatcheck clearsessions`: deletes expired sessions in batches, so that other users of the table do not wait. */
export async function clearsessions(terminal: Terminal, { batchSize, dryRun = false }: ClearOptions): Promise<CommandResult> {
  return withSessions(terminal, async (open) => {
    if (open.store.name === 'redis') {
      const json = dryRun ? { expired: 0 } : { deleted: 0, done: true }
      return { text: 'Nothing to do: Redis itself deletes expired sessions.', json }
    }
    const expired = await open.store.count({ status: 'expired' })
    if (dryRun) return { text: `${formatCount(expired, 'expired session')} would be deleted.`, json: { expired } }
    return clear(terminal, open, expired, batchSize)
  })
}

async function clear(terminal: Terminal, { sessions }: OpenSessions, expired: number, batchSize: number): Promise<CommandResult> {
  const signal = terminal.interruptSignal()
  const progress = await startProgress(terminal, expired, 'expired sessions')
  let deleted = 0
  const onProgress = (deletedSoFar: number) => {
    deleted = deletedSoFar
    progress.update(deleted)
  }
  try {
    await sessions.clearExpired({ batchSize, onProgress, signal })
  } catch (error) {
    terminal.printMessage(`Deleted ${formatCount(deleted, 'expired session')} before the failure:`)
    throw error
  } finally {
    progress.stop()
  }
  if (!signal.aborted) return { text: `Deleted ${formatCount(deleted, 'expired session')}.`, json: { deleted, done: true } }
  const total = Math.max(expired, deleted) // more sessions may have expired since they were counted
  const text = `Stopped. Deleted ${formatNumber(deleted)} of ${formatCount(total, 'expired session')}.`
  return { text, json: { deleted, done: false }, exitCode: interruptedExitCode }
}
