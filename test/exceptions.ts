import { it } from 'vitest'

/**
 * The rules that a store does not keep: by store and reason, the titles of the tests that show it. Each reason is a heading in the store's
 * page in docs/.
 */
export const exceptions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  cookie: {
    'Nothing can be taken back': [
      'brings no session back after it was removed',
      'rotation keeps id and data and ends the old token at once',
      'replaces one session by another in one step',
      'of two rotations of one token one wins',
      'cycleKey keeps id and data; the old token is dead',
      'a slow %s does not bring a session back that was ended meanwhile, and clears the cookie',
      'a request whose token was rotated meanwhile never sees the new data, and leaves the cookie alone',
    ],
    'Each session stands alone': [
      'does not adopt an unknown id, and loading creates nothing',
      'removes by id only what belongs to the given user',
      'removes all sessions of a user but one',
      'removes the others only for a session that is live',
      'removes a user’s live sessions but the newest by last use',
      'keeps the session that was logged in last, however old it is',
      'lists newest first, page by page, by creation and by last use',
      'pages back as it pages forward, newest first, by creation and by last use',
      'pages back through all sessions, and through those of a status',
      'counts active, signed-in and expired sessions, when they began and in which browser',
      'tells its own time, and the hours of UTC in which sessions began',
      'filters by status and search, and counts the same',
      'clears expired sessions only, at most as many as asked',
      'a slow revokeOthers of a session that was ended meanwhile ends nobody',
      'revokeOthers ends the other sessions of the user and answers how many',
      'lists, gets, revokes and counts, and marks the current session',
      'clears expired sessions in batches, telling the progress',
      'tells which sessions were revoked, and that their tokens were refused',
      'tells how many expired sessions were cleared, where the store does not drop them by itself',
    ],
    'The last cookie wins': [
      'of parallel requests are all kept',
      'twenty parallel writers of different keys all survive',
      'update sees the newest data even where it would change nothing of what was read',
      'parallel requests that update one counter lose nothing',
      '20 writers of 50 increments each: all 1000 survive',
      '20 that each set a key of their own: all 20 survive',
      'of 20 that pop one key one gets the value',
      'of 20 that setDefault one key all get the one value that is stored',
      'of 20 that log in one gets the session and its cart; the others are INTERRUPTED, or strangers without it',
    ],
    'Every write sends the cookie': [
      'are acknowledged without a cookie, and without a new page',
      'in a route handler sends the cookie when token or expiry change, and else none',
      'in a server action sends the same cookie again, refreshes the page, or does neither, as asked',
      'by default the cookie outlives the row by far, so that reading never has to renew it',
    ],
    'Reading moves nothing': [
      'reading is no activity, unless rolling; any visit moves last-seen',
      'are seen throughout the request that loads a document, and gone after it',
      'that came while a document was rendered wait for the next',
    ],
    'It must fit into 4096 bytes': ['a thousand sets of one turn are one write, and take no time'],
    'The browser is not recorded': [
      'records the browser that a session began in',
      'recordClient: browser and address, moved with last-seen; nothing when it is off',
    ],
  },
}

/** vitest's `it` for a suite that every store runs: a test of a rule that the store is excepted from has to fail, and its title says why. */
export function itOn(store: string): typeof it {
  const reasons = Object.entries(exceptions[store] ?? {})
  const pick = (title: string) => {
    const [reason] = reasons.find(([, titles]) => titles.includes(title)) ?? []
    return reason ? { test: it.fails, title: `${title} (not with ${store}: ${reason})` } : { test: it, title }
  }
  return new Proxy(it, {
    apply: (_, __, [name, ...rest]) => {
      const { test, title } = pick(name)
      return Reflect.apply(test, undefined, [title, ...rest])
    },
    get: (target, key) => {
      if (key !== 'each') return Reflect.get(target, key)
      return (cases: readonly unknown[]) =>
        (name: string, ...rest: readonly unknown[]) => {
          const { test, title } = pick(name)
          return Reflect.apply(test.each(cases), undefined, [title, ...rest])
        }
    },
  })
}
