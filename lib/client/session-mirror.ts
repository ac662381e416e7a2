import type { IdleLifetime, SessionStatus, SessionViewBase } from '../core/session/status.ts'

/** What the browser knows about the session. Tabs send it to each other. */
export interface KnownSession extends Pick<SessionStatus, 'userId' | 'expiresIn'> {
  /** When the server said it; null until the page runs. */
  readonly at: Moment | null
  readonly idle: IdleLifetime | null
  /** True if the visitor has read that the session cannot be extended. */
  readonly dismissed?: boolean
}

/** A point in time on two clocks, in milliseconds. One jumps when it is set, the other stops while the machine sleeps. */
interface Moment {
  readonly wall: number
  readonly steady: number
}

/** The server's last word is trusted for this long: two polls, because a tab that takes over waits for a minute, and the network. */
const freshSeconds = 150
const patienceMs = 10_000

/**
 * Mirrors the session of this browser: the page's view, corrected by what the server and the other tabs report. It never decides
 * that a session has ended. Only the server does.
 */
export class SessionMirror {
  /** The view with which the page was rendered. */
  shown: SessionViewBase
  known: KnownSession
  /** True if the server could not be asked. */
  failing = false
  /** The URL of the status handler, once `<SessionWatch>` is mounted. */
  statusUrl = ''
  /** The other tabs; null while this page is in the back-forward cache. */
  #tabs: BroadcastChannel | null = null
  readonly #listeners = new Set<() => void>()

  constructor(view: SessionViewBase) {
    this.shown = view
    this.known = knownOf(view, null)
  }

  /** Takes over the view of a new render. */
  show(view: SessionViewBase): void {
    this.shown = view
    this.tell(knownOf(view, now()))
  }

  /** Takes over what this tab has learnt, and tells the other tabs. */
  tell(known: KnownSession): void {
    this.hear(known)
    this.#tabs?.postMessage(known)
  }

  /** Joins the other tabs. `onOther` is called when one of them has another user: then only the server's own word counts. */
  join(onOther: () => unknown): void {
    this.#tabs = new BroadcastChannel(this.name)
    this.#tabs.onmessage = ({ data }) => (this.differs(data) ? onOther() : this.hear(data))
  }

  /** Leaves the other tabs. */
  leave(): void {
    this.#tabs?.close()
    this.#tabs = null
  }

  /** True if this page shows itself and belongs to the other tabs. */
  get isPresent(): boolean {
    return this.#tabs !== null && document.visibilityState === 'visible'
  }

  /** The name of the channel and the lock that the tabs share. */
  get name(): string {
    return `coatcheck ${this.statusUrl}`
  }

  /** Takes over what another tab has learnt. */
  hear(known: KnownSession): void {
    this.known = known
    this.#notify()
  }

  /** The seconds since the server's last word. */
  get age(): number {
    const { wall, steady } = now()
    const { at } = this.known
    return at ? Math.max(wall - at.wall, steady - at.steady) / 1000 : 0
  }

  /** The seconds until the session expires; Infinity without a session. */
  get left(): number {
    return (this.known.expiresIn ?? Number.POSITIVE_INFINITY) - this.age
  }

  /** True if the remaining time can be relied on: a machine that slept or a frozen tab must ask first. */
  get isFresh(): boolean {
    return this.failing || this.age < freshSeconds
  }

  /** Returns true if the page was rendered for another user, or for a session that is gone. */
  differs({ userId, expiresIn }: Pick<KnownSession, 'userId' | 'expiresIn'>): boolean {
    return userId !== this.shown.userId || (expiresIn === null && this.shown.expiresIn !== null)
  }

  /**
   * Asks the server: GET reads, POST extends. Returns null if it cannot be reached or fails, which says nothing about the
   * session.
   */
  async ask(method: 'GET' | 'POST'): Promise<SessionStatus | null> {
    const at = now()
    const status = await fetchStatus(this.statusUrl, method)
    this.failing = !status
    if (status && at.steady >= (this.known.at?.steady ?? 0)) this.tell({ ...this.known, ...status, idle: this.#idle(status), at })
    else this.#notify()
    return status
  }

  /** Calls `listener` after each change. Returns a function that stops it. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #notify(): void {
    for (const listener of this.#listeners) listener()
  }

  /** A status does not say it, but what the page knows and the longest time seen do. */
  #idle({ idleIn }: SessionStatus): IdleLifetime | null {
    if (idleIn === null) return null
    const { seconds = 0, stepSeconds = idleIn / 10 } = this.known.idle ?? {}
    return { seconds: Math.max(idleIn, seconds), stepSeconds }
  }
}

function knownOf({ userId, expiresIn, idle }: SessionViewBase, at: Moment | null): KnownSession {
  return { userId, expiresIn, idle, at }
}

/** Both clocks are comparable between the tabs of a browser. */
function now(): Moment {
  return { wall: Date.now(), steady: performance.timeOrigin + performance.now() }
}

async function fetchStatus(url: string, method: string): Promise<SessionStatus | null> {
  try {
    const response = await fetch(url, { method, cache: 'no-store', signal: AbortSignal.timeout(patienceMs) })
    const body = await response.json()
    // The body of an error, or of a proxy's login page, has no state.
    return body.state ? body : null
  } catch {
    return null
  }
}
