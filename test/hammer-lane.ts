import { bytesOf, uuidOf } from '../lib/core/data/bytes.ts'
import { SessionError, type SessionEvent } from '../lib/index.ts'
import type { SessionStore } from '../lib/store.ts'
import { withRequest } from '../lib/testing.ts'
import { type Done, hammeredSessions, operations, type Session, type Sessions } from './hammer-operations.ts'
import type { HammerEffect, HammerRead, Interval } from './hammer-rules.ts'

/** The browser's cookie, which all processes share. */
interface Jar {
  read(): Promise<string>
  write(token: string): Promise<void>
}

const wheel = Object.entries(operations).flatMap(([kind, { weight }]) => Array<string>(weight).fill(kind))
const readsInARow = 5

/** One series of requests. Records the effect, the reads and the time of each request. */
export class HammerLane {
  readonly effects: HammerEffect[] = []
  readonly reads: HammerRead[] = []
  readonly popped: string[] = []
  readonly results: string[] = []
  readonly sessions: Sessions
  /** The number of sessions that were loaded. */
  loads = 0
  readonly #jar: Jar
  readonly #name: string
  readonly #events: SessionEvent[] = []
  #values = 0

  constructor(store: SessionStore, jar: Jar, name: string) {
    this.sessions = hammeredSessions(store, (event) => void this.#events.push(event))
    this.#jar = jar
    this.#name = name
  }

  /** Returns one of the values at random. */
  anyOf<T>(...values: readonly [T, ...T[]]): T {
    return values[Math.floor(Math.random() * values.length)] ?? values[0]
  }

  /** Returns a value that no other operation writes. */
  newValue(): string {
    return `${this.#name}${this.#values++}`
  }

  /**
   * Returns an expiry in thousands of seconds, above the default, that hardly any other operation of this session sets.
   */
  newExpiry(): number {
    return 2000 + Math.floor(Math.random() * 30_000)
  }

  async run(times: number): Promise<void> {
    for (let n = 0; n < times; n++) {
      const kind = wheel[Math.floor(Math.random() * wheel.length)] ?? 'read'
      if (kind === 'read') {
        for (let each = 0; each < readsInARow; each++) await this.#request(kind, 'render')
      } else await this.#request(kind, this.anyOf('action', 'handler'))
    }
  }

  /** Runs one request with the browser's cookie, and stores the cookie that it sets. */
  async #request(kind: string, context: 'action' | 'handler' | 'render'): Promise<void> {
    const before = await this.#jar.read()
    // A request for a document would remove the flashes that it returns.
    const headers = { accept: '*/*' }
    const { cookies, value } = await withRequest({ cookies: before ? { session: before } : {}, headers, context }, async () => {
      const loading = now()
      const session = await this.sessions.getSession()
      this.loads += 1
      if (before) this.#see(tokenOf(before), session, [loading, now()])
      const start = now()
      return { loading, session, start, done: await this.#operate(kind, session) }
    })
    const after = cookies.session ?? ''
    const end = now()
    if (after !== before) await this.#jar.write(after)
    this.#record([value.start, end], value.session, value.done)
    this.#recordRemovals([value.start, end], before && ['logout', 'flush'].includes(kind) ? [tokenOf(before).id] : [])
    if (!after) return
    const token = tokenOf(after)
    if (!before || token.secret !== tokenOf(before).secret) {
      this.effects.push({ id: token.id, at: [value.start, end], adds: [`token=${token.secret};`], removes: ['token='] })
    }
    // The object shows what the statement returned, or, if the operation sent no statement, what it has loaded.
    if (value.session.id === token.id) this.#see(token, value.session, [value.loading, end])
  }

  /** Runs one operation. An operation that is rejected has changed nothing. */
  async #operate(kind: string, session: Session): Promise<Done> {
    try {
      const done = await operations[kind]?.run(session, this)
      this.results.push(kind)
      return done
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
      this.results.push(`${kind} ${error.code}`)
      return undefined
    }
  }

  #see({ id, secret }: Token, session: Session, at: Interval): void {
    this.reads.push({ id, token: `token=${secret};`, facts: session.id === null ? null : factsOf(session), at })
  }

  #record(at: Interval, { id }: Session, done: Done): void {
    if (id && done) this.effects.push({ id, at, adds: done.adds ?? [], removes: done.removes ?? [] })
  }

  /** Records the sessions that the operation has deleted. */
  #recordRemovals(at: Interval, presented: readonly string[]): void {
    const removed = this.#events.splice(0).flatMap((event) => {
      if (event.type === 'revoked') return event.sessions.map(({ id }) => id)
      return event.type === 'logout' || event.type === 'flushed' ? [event.id] : []
    })
    for (const id of new Set([...removed, ...presented])) this.effects.push({ id, at, adds: [], removes: [''] })
  }
}

interface Token {
  readonly id: string
  readonly secret: string
}

function tokenOf(cookie: string): Token {
  const [, id = '', secret = ''] = cookie.split('.')
  return { id: uuidOf(bytesOf(id)), secret }
}

/** Returns the facts that a session shows. */
function factsOf(session: Session): string[] {
  const { log, ...values } = session.data
  const thousands = Math.round(session.expiryAge / 1000)
  return [
    ...Object.entries(values).map(([key, value]) => `${key}=${value};`),
    ...((log as readonly string[] | undefined) ?? []).map((value) => `log=${value};`),
    ...session.flashes().map(({ value }) => `flash=${value};`),
    ...(session.userId ? [`user=${session.userId};`] : []),
    ...(thousands >= 2000 ? [`expiry=${thousands};`] : []),
  ]
}

/** Returns the time in microseconds, of a clock that all processes share. */
function now(): number {
  return Number(process.hrtime.bigint() / 1000n)
}
