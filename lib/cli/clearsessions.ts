import { type OpenSessions, withSessions } from './open.ts'
import { startProgress } from './progress.ts'
import type { Outcome, Terminal } from './terminal.ts'
import { counted } from './format.ts'

/** The options of `coatcheck clearsessions`. */
export interface ClearFlags {
  readonly batchSize: number
  readonly dryRun?: boolean
}

/** The exit code of a command that Ctrl-C has stopped: 128 and the number of the signal, as a shell says it. */
const stopped = 130

/** `coatcheck clearsessions`: deletes expired sessions in batches, so that nobody else has to wait. */
export async function clearsessions(terminal: Terminal, { batchSize, dryRun = false }: ClearFlags): Promise<Outcome> {
  return withSessions(terminal, async (open) => {
    if (open.engine === 'redis') {
      const json = dryRun ? { expired: 0 } : { deleted: 0, done: true }
      return { text: 'Nothing to do: Redis itself deletes sessions as they expire.', json }
    }
    const expired = await open.store.count({ status: 'expired' })
    if (dryRun) return { text: `${counted(expired, 'expired session')} would be deleted.`, json: { expired } }
    return clear(terminal, open, expired, batchSize)
  })
}

async function clear(terminal: Terminal, { sessions }: OpenSessions, expired: number, batchSize: number): Promise<Outcome> {
  const signal = terminal.interrupted()
  const progress = await startProgress(terminal, expired, 'expired sessions')
  let deleted = 0
  const onProgress = (sofar: number) => {
    deleted = sofar
    progress.update(sofar)
  }
  try {
    await sessions.clearExpired({ batchSize, onProgress, signal })
  } catch (error) {
    terminal.say(`Failed when ${counted(deleted, 'expired session')} had been deleted.`)
    throw error
  } finally {
    progress.stop()
  }
  const gone = `Deleted ${counted(deleted, 'expired session')}`
  if (!signal.aborted) return { text: `${gone}.`, json: { deleted, done: true } }
  const text = `Stopped. ${gone}; run it again for the rest.`
  return { text, json: { deleted, done: false }, exitCode: stopped }
}
