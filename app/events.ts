import type { SessionEvent } from 'coatcheck'

/** An event of this process. */
export interface LoggedEvent {
  readonly number: number
  readonly at: Date
  readonly event: SessionEvent
}

const maxEvents = 200

// Pages, actions and route handlers are separate module graphs in one process. They share state through globalThis.
const logKey = Symbol.for('coatcheck-demo.events')
const shared = globalThis as { [logKey]?: LoggedEvent[] }
shared[logKey] ??= []
const log: LoggedEvent[] = shared[logKey]

/** Adds an event. The log is in memory: it contains the last events of this process. An app would send them to its own log. */
export function logEvent(event: SessionEvent): void {
  const { number = 0 } = log.at(-1) ?? {}
  log.push({ number: number + 1, at: new Date(), event })
  if (log.length > maxEvents) log.shift()
}

/** Returns the logged events that `matches` accepts, newest first. */
export function loggedEvents(matches: (event: SessionEvent) => boolean): readonly LoggedEvent[] {
  return log.filter(({ event }) => matches(event)).reverse()
}

/** Returns the sessions that an event names, with their users. */
export function sessionsOf(event: SessionEvent): readonly { readonly id: string; readonly userId: string | null }[] {
  if ('sessions' in event) return event.sessions
  return 'id' in event ? [event] : []
}

/** Returns an event's type, with the reason of a rejection or the number of expired sessions. */
export function eventText(event: SessionEvent): string {
  if (event.type === 'rejected') return `rejected: ${event.reason}`
  return event.type === 'expired' ? `expired: ${event.count}` : event.type
}
