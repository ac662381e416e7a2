import { it } from 'vitest'

/**
 * The ids of the rules that a store does not keep, by store and reason. Each reason is a heading of the store's page in
 * docs/. A rule has its id in `storeContract`, or where a suite passes it to `rulesOf`.
 */
export const exceptions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  cookie: {
    'Sessions cannot be revoked': [
      'a-removed-session-stays-dead',
      'a-rotated-token-is-rejected',
      'an-old-token-is-recognised-for-a-minute',
      'a-second-login-keeps-the-session',
      'replaces-a-session',
      'one-of-two-rotations-wins',
      'removes-only-with-the-token-hash',
      'a-renewed-session-is-not-rejected',
      'a-slow-write-revives-no-session',
      'a-rotated-token-never-sees-newer-data',
    ],
    'The server has no list of sessions': [
      'an-unknown-id-creates-nothing',
      'removes-by-id-only-for-the-user',
      'removes-all-sessions-of-a-user-except-one',
      'removes-others-only-for-a-live-session',
      'removes-all-but-the-newest-sessions-of-a-user',
      'a-login-counts-as-last-use',
      'lists-newest-first-in-pages',
      'lists-credentials',
      'pages-backward-as-forward',
      'pages-backward-through-a-filter',
      'counts-sessions-by-status-time-and-browser',
      'reports-its-clock-and-the-hours-of-creation',
      'filters-and-counts-alike',
      'clears-expired-sessions-up-to-a-limit',
      'a-deleted-session-revokes-no-others',
      'revoke-others-returns-their-number',
      'operators-list-and-revoke-sessions',
      'updates-by-id',
      'updates-all-sessions-of-a-user',
      'parallel-updates-by-id-survive',
      'clears-expired-sessions-in-batches',
      'a-revocation-is-an-event',
      'clearing-is-an-event',
    ],
    'The last cookie wins': [
      'parallel-flashes-survive',
      'parallel-writes-of-different-keys-survive',
      'update-sees-the-newest-data',
      'parallel-updates-survive',
      'a-thousand-parallel-increments-survive',
      'parallel-sets-survive',
      'one-of-parallel-pops-wins',
      'parallel-defaults-agree',
      'one-of-parallel-logins-wins',
    ],
    'Every write sends the cookie': [
      'acknowledging-a-flash-sends-no-cookie',
      'a-handler-sends-only-a-changed-cookie',
      'an-action-refreshes-as-asked',
      'the-cookie-outlives-the-row',
    ],
    'Reading cannot change the session': [
      'reading-moves-only-last-seen',
      'a-document-consumes-its-flashes',
      'a-later-flash-waits-for-the-next-document',
    ],
    'A session must fit into 4096 bytes': ['a-thousand-sets-are-one-write'],
    'The browser is not recorded': ['records-the-browser', 'record-client-records-browser-and-address'],
  },
}

/**
 * Returns a function that returns vitest's `it` for the rule with an id. For a rule that `store` does not keep, the test must fail,
 * and its title gives the reason.
 */
export function rulesOf(store: string): (id: string) => typeof it {
  const reasons = Object.entries(exceptions[store] ?? {})
  return (id) => {
    const [reason] = reasons.find(([, ids]) => ids.includes(id)) ?? []
    return reason ? withReason(it.fails, `not with ${store}: ${reason}`) : it
  }
}

/** Returns `test` with a reason added to the title of each test, `test.each` included. */
function withReason(test: typeof it.fails, reason: string): typeof it {
  const titled =
    (run: (...args: never[]) => unknown) =>
    (title: string, ...rest: readonly unknown[]) =>
      Reflect.apply(run, undefined, [`${title} (${reason})`, ...rest])
  return new Proxy(test, {
    apply: (_, __, [title, ...rest]) => titled(test)(title, ...rest),
    get: (target, key) => (key === 'each' ? (cases: readonly unknown[]) => titled(test.each(cases)) : Reflect.get(target, key)),
  }) as typeof it
}
