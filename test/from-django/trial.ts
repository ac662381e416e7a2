import { randomUUID } from 'node:crypto'
import { compileFunction } from 'node:vm'
import { createSessions, type ServerOptions, type Session, type SessionError, type Sessions } from 'coatcheck'
import type { PostgresDatabase } from 'coatcheck/drizzle'
import type { FakeRequest } from 'coatcheck/testing'
import { FakeBrowser } from '../browser'
import { coatcheck } from '../commands'
import { type Given, library, type Shop } from './scope'
import type { Line } from './table'

export const secret = 'a secret for tests, 32 characters'

/** The tests of lines, by the first cell of each. */
export type Cases = Readonly<Record<string, (trial: Trial) => Promise<void>>>

type InRequest<T> = (session: Session<Shop>, run: (given?: Partial<Given>) => Promise<unknown>) => T | Promise<T>

/** The code that a promise rejects with. */
export const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: SessionError) => error.code,
  )

/** One line of the page, and what it takes to try it. */
export class Trial {
  readonly user = { id: randomUUID() }
  readonly db: PostgresDatabase
  readonly store: ServerOptions['store']
  /** Lets time pass for the database. */
  readonly elapse: (seconds: number) => Promise<void>
  /** Whether the line itself was run: a test of it that does something else is none. */
  wasRun = false
  readonly #line: Line

  constructor(line: Line, under: Pick<Trial, 'db' | 'store' | 'elapse'>) {
    this.#line = line
    this.db = under.db
    this.store = under.store
    this.elapse = under.elapse
  }

  /** Runs the line's code, with the library and what is given in scope, and answers its value. */
  async run(given: Partial<Given> = {}): Promise<unknown> {
    return this.#evaluate(`(async () => (${this.#line.code}))()`, given)
  }

  /** The options that the line writes. */
  options(given: Partial<Given> = {}): Partial<ServerOptions> {
    return this.#evaluate(`({ ${this.#line.code} })`, given)
  }

  /** Runs the line's command in `env`, and answers what it prints. */
  async command(env: Readonly<Record<string, string>> = {}): Promise<string> {
    this.wasRun = true
    const [npx, name, ...words] = this.#line.code.split(' ')
    if (npx !== 'npx' || name !== 'coatcheck') throw new Error(`No command: ${this.#line.code}`)
    return (await coatcheck(words, env)).stdout
  }

  /** Sessions with these options. */
  app(options: Partial<ServerOptions> = {}): Sessions<Shop> {
    return createSessions<Shop>({ secret, store: this.store, autoClear: false, ...options })
  }

  /** A new browser at an app with these options. */
  visitor(options: Partial<ServerOptions> = {}): Visitor {
    return new Visitor(this, this.app(options), new FakeBrowser())
  }

  #evaluate(code: string, given: Partial<Given>) {
    this.wasRun = true
    const scope = { ...library, ...given }
    return compileFunction(`return ${code}`, Object.keys(scope))(...Object.values(scope))
  }
}

/** A browser at an app. */
export class Visitor {
  readonly trial: Trial
  readonly sessions: Sessions<Shop>
  readonly browser: FakeBrowser

  constructor(trial: Trial, sessions: Sessions<Shop>, browser: FakeBrowser) {
    this.trial = trial
    this.sessions = sessions
    this.browser = browser
  }

  /** The same browser in a request of its own: with its cookies of now. */
  copy(): Visitor {
    return this.at(this.sessions)
  }

  /** The same browser at another app. */
  at(sessions: Sessions<Shop>): Visitor {
    return new Visitor(this.trial, sessions, this.browser.copy())
  }

  /** Does something in one request; `run` runs the line in it. */
  async request<T>(fn: InRequest<T>, request: FakeRequest = {}) {
    const { sessions, trial } = this
    const { getSession, requireUser } = sessions
    return this.browser.request(async () => {
      const session = await getSession()
      return fn(session, (given) => trial.run({ session, sessions, getSession, requireUser, user: trial.user, ...given }))
    }, request)
  }

  /** The same, when only the value matters. */
  async visit<T>(fn: InRequest<T>, request: FakeRequest = {}): Promise<T> {
    return (await this.request(fn, request)).value
  }

  /** Runs the line in a request, and answers its value. */
  async run(given: Partial<Given> = {}, request: FakeRequest = {}): Promise<unknown> {
    return this.visit((_, run) => run(given), request)
  }

  /** Stores data, and answers the session's id. */
  async holds(values: Partial<Shop>): Promise<string> {
    return this.visit(async (session) => {
      await session.set(values)
      return String(session.id)
    })
  }

  /** Logs in, and answers the session's id. */
  async logsIn(user = this.trial.user): Promise<string> {
    return this.visit(async (session) => {
      await session.login(user.id)
      return String(session.id)
    })
  }

  /** What the session holds now. */
  async data(): Promise<Partial<Shop>> {
    return this.visit((session) => session.data as Partial<Shop>)
  }

  /** Whose session it is now. */
  async userId(): Promise<string | null> {
    return this.visit((session) => session.userId)
  }
}
