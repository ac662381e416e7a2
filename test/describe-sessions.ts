import { createSessions, type Json, type ServerOptions, type SessionError, type Sessions } from 'coatcheck'
import { afterAll, beforeAll, describe, expect, type it } from 'vitest'
import { rulesOf } from './exceptions'
import { implementations, type TestStore } from './stores'

/** The signing key of `make`. */
export const secret = 'a secret for tests, 32 characters'

/** A store under test, and the sessions in it. */
export interface SessionSuite {
  readonly storeName: string
  /** Returns the `it` for a rule by its id. See `rulesOf`. */
  readonly rule: (id: string) => typeof it
  /** Returns the options of sessions in the store, for a test that has its own types. */
  options(): Pick<ServerOptions, 'secret' | 'store' | 'autoClear'>
  /** Creates sessions in the store. */
  make(options?: Partial<ServerOptions>): Sessions<Record<string, Json>>
  /** Lets time pass for the store. */
  elapse(seconds: number): Promise<void>
  /** Returns true if the store drops expired sessions itself, so that none can be listed or cleared. */
  dropsExpired(): boolean
  /**
   * Returns the result of an administration method. A store without a list of sessions must reject it with
   * CONFIG_INVALID. In that case, returns `none`.
   */
  onServer<T>(result: Promise<T>, none: T): Promise<T>
}

/** Describes rules of sessions, once for each implementation of a store. */
export function describeSessions(subject: string, rules: (suite: SessionSuite) => void): void {
  describe.each(Object.entries(implementations))(`${subject}, %s`, (storeName, open) => {
    let under: TestStore
    beforeAll(async () => {
      under = await open()
    })
    afterAll(() => under.close())
    rules({
      storeName,
      rule: rulesOf(storeName),
      options: () => ({ secret, store: under.store, autoClear: false }),
      make: (options) => createSessions({ secret, store: under.store, autoClear: false, ...options }),
      elapse: (seconds) => under.elapse(seconds),
      dropsExpired: () => under.dropsExpired ?? false,
      onServer: async (result, none) => {
        if (!under.shared) return result
        expect(await codeOf(result)).toBe('CONFIG_INVALID')
        return none
      },
    })
  })
}

/** Returns the code with which a promise rejects, or 'resolved'. */
export const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'resolved',
    (error: SessionError) => error.code,
  )
