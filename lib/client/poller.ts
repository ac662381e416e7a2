import type { SessionMirror } from './session-mirror.ts'

const pollSeconds = 60
const retrySeconds = 10

/** Polls in one tab. */
export interface Poller {
  /** While the page is visible, waits for the lock that allows polling; otherwise releases the lock or stops waiting for it. */
  follow(): void
  /** Sets the timer of the next poll after new information: in a minute, or when the session is due to expire. */
  schedule(): void
}

/**
 * Creates a poller. Only the visible page that holds the Web Lock polls. Without Web Locks (plain http), every visible page polls.
 */
export function createPoller(mirror: SessionMirror, poll: () => unknown): Poller {
  let turn: AbortController | null = null
  let isLeader = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const schedule = () => {
    clearTimeout(timer)
    const { left, failing, known } = mirror
    if (!isLeader || known.expiresIn === null) return
    const seconds = failing ? retrySeconds : Math.max(Math.min(pollSeconds, left + 1), 1)
    timer = setTimeout(poll, seconds * 1000)
  }
  const lead = (signal: AbortSignal) => {
    if (signal.aborted) return
    isLeader = true
    schedule()
    return new Promise((resolve) => signal.addEventListener('abort', resolve))
  }
  const follow = () => {
    if (mirror.isPresent === (turn !== null)) return
    turn?.abort()
    turn = turn ? null : new AbortController()
    isLeader = false
    schedule()
    if (!turn) return
    const { signal } = turn
    if (navigator.locks) navigator.locks.request(mirror.name, { signal }, () => lead(signal)).catch(() => {})
    else lead(signal)
  }
  return { follow, schedule }
}
