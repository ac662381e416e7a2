import { createSessions, type Session } from 'coatcheck'
import { memoryStore } from 'coatcheck/store'
import { options } from './options'

/** The one key of this app's sessions. */
interface ContextSession {
  name: string
}

// Next loads one copy of this module for pages and one for handlers, and in development a new one after each change.
// They share one store.
const shared = globalThis as { contexts?: ReturnType<typeof openContexts> }
shared.contexts ??= openContexts()

/** The store, the number of reads from it, and the records of callbacks that ran after the response. */
export const contexts = shared.contexts

export const sessions = createSessions<ContextSession>({ ...options, store: contexts.store })
export const { getSession, requireUser } = sessions

/** Returns the value with which `ask` resolves. If it rejects, returns the error in a form that a test can compare. */
export async function outcomeOf(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return (await ask()) ?? null
  } catch (error) {
    const { name, message, code = null } = error as Error & { code?: string }
    return { name, message, code }
  }
}

/** Writes to a session and returns the outcome. */
export const writeTo = (session: Session<ContextSession>) => outcomeOf(() => session.set('name', 'written by the callback'))

function openContexts() {
  const store = memoryStore({ allowInProduction: true })
  const waiting: (() => void)[] = []
  const contexts = {
    store,
    reads: 0,
    notes: {} as Record<string, unknown>,
    /** Resolves at the next `release`. */
    released: () => new Promise<void>((resolve) => void waiting.push(resolve)),
    waiting: () => waiting.length,
    release: () => waiting.splice(0).map((resolve) => resolve()).length,
  }
  const find = store.find.bind(store)
  Object.assign(store, {
    find: (ref: Parameters<typeof find>[0]) => {
      contexts.reads++
      return find(ref)
    },
  })
  return contexts
}
