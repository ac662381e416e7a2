import type { IdleLifetime, SessionStatus, SessionViewBase } from '../core/session/status.ts'

/** The state of the session as the browser knows it. Tabs send this state to each other. */
export interface KnownSession extends Pick<SessionStatus, 'userId' | 'expiresIn'> {
  /** The time of the server's response; null until the page runs. */
  readonly at: Moment | null
  readonly idle: IdleLifetime | null
  /** True if the visitor has closed the warning that the session cannot be extended. */
  readonly dismissed?: boolean
}

/**
 * A point in time on two clocks, in milliseconds. One clock jumps when it is set; the other stops while the machine
 * sleeps.
 */
interface Moment {
  readonly wall: number
  readonly steady: number
}

/**
 * The time for which the last response of the server is trusted. It covers two polls and the network, because a tab that starts to
 * poll first waits for a minute.
 */
const freshSeconds = 150
const patienceMs = 10_000
const centurySeconds = 3e9

/**
 * Mirrors the session of this browser: the page's view, updated by reports of the server and of the other tabs. It
 * never decides by itself that a session has ended. Only the server decides that.
 */
export class SessionMirror {
  /** The view with which the page was rendered. */
  shown: SessionViewBase
  known: KnownSession
  /** True if the server could not be reached. */
  failing = false
  /** The URL of the status handler, once `<SessionWatch>` is mounted. */
  statusUrl = ''
  /** The channel to the other tabs; null while this page is in the back-forward cache. */
  #tabs: BroadcastChannel | null = null
  readonly #listeners = new Set<() => void>()

  constructor(view: SessionViewBase) {
    this.shown = view
    this.known = knownOf(view, null)
  }

  /** Stores the view of a new render, and sends it to the other tabs. */
  show(view: SessionViewBase): void {
    this.shown = view
    this.tell(knownOf(view, now()))
  }

  /** Stores the state that this tab received, and sends it to the other tabs. */
  tell(known: KnownSession): void {
    this.hear(known)
    this.#tabs?.postMessage(known)
  }

  /**
   * Opens the channel to the other tabs. `onOther` is called when another tab reports a different user, because then only the
   * server knows the current user.
   */
  join(onOther: () => unknown): void {
    this.#tabs = new BroadcastChannel(this.name)
    this.#tabs.onmessage = ({ data }) => (this.differs(data) ? onOther() : this.hear(data))
  }

  /** Closes the channel to the other tabs. */
  leave(): void {
    this.#tabs?.close()
    this.#tabs = null
  }

  /** True if this page is visible and has joined the other tabs. */
  get isPresent(): boolean {
    return this.#tabs !== null && !document.hidden
  }

  /** The name of the channel and the lock that the tabs share. */
  get name(): string {
    return `coatcheck ${this.statusUrl}`
  }

  /** Stores the state that another tab received. */
  hear(known: KnownSession): void {
    this.known = known
    this.#notify()
  }

  /** The seconds since the last response of the server. */
  get age(): number {
    const { at } = this.known
    const { wall, steady } = now()
    return at ? Math.max(wall - at.wall, steady - at.steady) / 1000 : 0
  }

  /** The seconds until the session expires; 100 years without a session. */
  get left(): number {
    return (this.known.expiresIn ?? centurySeconds) - this.age
  }

  /** True if the remaining time is reliable. After sleep, or in a frozen tab, the server must be asked first. */
  get isFresh(): boolean {
    return this.failing || this.age < freshSeconds
  }

  /** Returns true if the page was rendered for another user, or for a session that is gone. */
  differs({ userId, expiresIn }: Pick<KnownSession, 'userId' | 'expiresIn'>): boolean {
    return userId !== this.shown.userId || (expiresIn === null && this.shown.expiresIn !== null)
  }

  /**
   * Asks the server: GET reads, POST extends. Returns null if the server cannot be reached or fails; the session may still be
   * active.
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

  /** A status does not contain the step, so the step is computed from the page's view and the longest time seen. */
  #idle({ idleIn }: SessionStatus): IdleLifetime | null {
    if (idleIn === null) return null
    const { seconds = 0, stepSeconds = idleIn / 10 } = this.known.idle ?? {}
    return { seconds: Math.max(seconds, idleIn), stepSeconds }
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
