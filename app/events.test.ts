import type { SessionEvent } from 'coatcheck'
import { describe, expect, it } from 'vitest'
import { eventText, logEvent, loggedEvents, sessionsOf } from './events'

const login: SessionEvent = { type: 'login', id: 'a', userId: '7' }
const stolen: SessionEvent = { type: 'rejected', reason: 'device', id: 'a', userId: '7' }
const forged: SessionEvent = { type: 'rejected', reason: 'forged' }

describe('the log of events', () => {
  it('returns the matching events, newest first, and stores the last 200', () => {
    for (let i = 0; i < 300; i++) logEvent(login)
    logEvent(stolen)
    logEvent(forged)
    expect(loggedEvents(({ type }) => type === 'rejected').map(({ event }) => event)).toEqual([forged, stolen])
    expect(loggedEvents(() => true)).toHaveLength(200)
  })

  it('names the sessions of an event, and the reason of a rejection', () => {
    const sessions = [{ id: 'b', userId: null }]
    const events: SessionEvent[] = [
      stolen,
      forged,
      { type: 'revoked', sessions, by: null },
      { type: 'expired', count: 2, by: null },
    ]
    expect(events.map(eventText)).toEqual(['rejected: device', 'rejected: forged', 'revoked', 'expired: 2'])
    expect(events.map((event) => sessionsOf(event).map(({ id }) => id))).toEqual([['a'], [], ['b'], []])
  })
})
