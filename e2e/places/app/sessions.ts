import { createSessions, type Session } from 'coatcheck'
import { memoryStore } from 'coatcheck/testing'

/** The one key of this app's sessions. */
interface PlacesSession {
  name: string
}

// One for all copies of this module: Next loads one for pages and one for handlers, and in development a new one at each change.
const shared = globalThis as { places?: ReturnType<typeof openPlaces> }
shared.places ??= openPlaces()

/** The store, how often a session was read from it, and what callbacks saw that ran when the response was gone. */
export const places = shared.places

export const { getSession } = createSessions<PlacesSession>({
  secret: process.env.SESSION_SECRET,
  cookie: { secure: false },
  store: places.store,
})

/** What `ask` answers, or the error that it rejects with, as a test can compare them. */
export async function outcomeOf(ask: () => Promise<unknown>): Promise<unknown> {
  try {
    return (await ask()) ?? null
  } catch (error) {
    const { name, message, code = null } = error as Error & { code?: string }
    return { name, message, code }
  }
}

/** Writes, and answers what came of it. */
export const writeTo = (session: Session<PlacesSession>) => outcomeOf(() => session.set('name', 'written by the callback'))

function openPlaces() {
  const store = memoryStore({ allowInProduction: true })
  const places = { store, reads: 0, notes: {} as Record<string, unknown> }
  const find = store.find.bind(store)
  Object.assign(store, {
    find: (ref: Parameters<typeof find>[0]) => {
      places.reads++
      return find(ref)
    },
  })
  return places
}
