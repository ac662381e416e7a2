import { randomUUID } from 'node:crypto'
import { compileFunction } from 'node:vm'
import { createSessions, type ServerOptions, type Session, type SessionError } from 'coatcheck'
import type { PostgresDatabase } from 'coatcheck/drizzle'
import type { FakeRequest } from 'coatcheck/testing'
import { FakeBrowser } from '../browser'
import { coatcheck } from '../commands'
import { type Given, library, type Person, type Shop, type ShopSessions } from './scope'
import type { Line } from './table'

export const secret = 'a secret for tests, 32 characters'

/** The tests of the rows, keyed by each row's first cell. */
export type Cases = Readonly<Record<string, (trial: Trial) => Promise<void>>>

/** Options of the example app. */
export type ShopOptions = Partial<ServerOptions<Shop, Person>>
type ShopSession = Session<Shop, never, Shop, Person>
type InRequest<T> = (session: ShopSession, run: (given?: Partial<Given>) => Promise<unknown>) => T | Promise<T>

/** Returns the error code that a promise rejects with, or 'resolved'. */
export const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: SessionError) => error.code,
  )

/** One row of the page, with everything needed to run it. */
export class Trial {
  readonly user: Person = { id: randomUUID(), passwordHash: 'the first hash', isActive: true }
  readonly db: PostgresDatabase
  readonly store: ServerOptions['store']
  /** Moves the database's time forward. */
  readonly elapse: (seconds: number) => Promise<void>
  /** True when the row itself was run. A test that never runs its row proves nothing. */
  wasRun = false
  readonly #line: Line

  constructor(line: Line, under: Pick<Trial, 'db' | 'store' | 'elapse'>) {
    this.#line = line
    this.db = under.db
    this.store = under.store
    this.elapse = under.elapse
  }

  /** Runs the row's code, with the library and `given` in scope. Returns its value. */
  async run(given: Partial<Given> = {}): Promise<unknown> {
    return this.#evaluate(`(async () => (${this.#line.code}))()`, given)
  }

  /** Returns the options in the row. */
  options(given: Partial<Given> = {}): ShopOptions {
    return this.#evaluate(`({ ${this.#line.code} })`, given)
  }

  /** Runs the row's command in `env`. Returns its output. */
  async command(env: Readonly<Record<string, string>> = {}): Promise<string> {
    this.wasRun = true
    const [npx, name, ...words] = this.#line.code.split(' ')
    if (npx !== 'npx' || name !== 'coatcheck') throw new Error(`Expected npx coatcheck, got: ${this.#line.code}`)
    return (await coatcheck(words, env)).stdout
  }

  /** Creates the sessions of an app with these options. */
  app(options: ShopOptions = {}): ShopSessions {
    return createSessions<Shop, Person>({ secret, store: this.store, autoClear: false, ...options })
  }

  /** Creates a new browser that uses an app with these options. */
  visitor(options: ShopOptions = {}): Visitor {
    return new Visitor(this, this.app(options), new FakeBrowser())
  }

  #evaluate(code: string, given: Partial<Given>) {
    this.wasRun = true
    const scope = { ...library, ...given }
    return compileFunction(`return ${code}`, Object.keys(scope))(...Object.values(scope))
  }
}

/** A browser that uses an app. */
export class Visitor {
  readonly trial: Trial
  readonly sessions: ShopSessions
  readonly browser: FakeBrowser

  constructor(trial: Trial, sessions: ShopSessions, browser: FakeBrowser) {
    this.trial = trial
    this.sessions = sessions
    this.browser = browser
  }

  /** Copies the browser with its current cookies, for a separate request. */
  copy(): Visitor {
    return this.at(this.sessions)
  }

  /** Copies the browser with its current cookies, for another app. */
  at(sessions: ShopSessions): Visitor {
    return new Visitor(this.trial, sessions, this.browser.copy())
  }

  /** Calls `fn` in one request. Its argument `run` runs the row in that request. */
  async request<T>(fn: InRequest<T>, request: FakeRequest = {}) {
    const { sessions, trial } = this
    const { getSession, getUser, requireUser } = sessions
    return this.browser.request(async () => {
      const session = await getSession()
      const own = { session, sessions, getSession, getUser, requireUser, user: trial.user }
      return fn(session, (given) => trial.run({ ...own, ...given }))
    }, request)
  }

  /** Calls `fn` in one request. Returns only its value. */
  async visit<T>(fn: InRequest<T>, request: FakeRequest = {}): Promise<T> {
    return (await this.request(fn, request)).value
  }

  /** Runs the row in one request. Returns its value. */
  async run(given: Partial<Given> = {}, request: FakeRequest = {}): Promise<unknown> {
    return this.visit((_, run) => run(given), request)
  }

  /** Stores `values`. Returns the session's id. */
  async holds(values: Partial<Shop>): Promise<string> {
    return this.visit(async (session) => {
      await session.set(values)
      return String(session.id)
    })
  }

  /** Logs in. Returns the session's id. */
  async logsIn(user: Pick<Person, 'id'> & Partial<Person> = this.trial.user): Promise<string> {
    return this.visit(async (session) => {
      await session.login(user.id, user.passwordHash === undefined ? {} : { authHash: user.passwordHash })
      return String(session.id)
    })
  }

  /** Returns the session's current data. */
  async data(): Promise<Partial<Shop>> {
    return this.visit((session) => session.data as Partial<Shop>)
  }

  /** Returns the session's current user id. */
  async userId(): Promise<string | null> {
    return this.visit((session) => session.userId)
  }
}
