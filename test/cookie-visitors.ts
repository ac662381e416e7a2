import type { CookieStore } from 'coatcheck/cookie'
import { resolveOptions } from '../lib/core/options.ts'
import type { SessionRef, SessionStore, StoredSession } from '../lib/core/store.ts'

const { cookie, secrets } = resolveOptions({ secret: 'a secret for tests, 32 characters' }, false)

/**
 * A cookie store as one that all requests share, for the store contract: each call comes from somebody who kept the last cookie that he got
 * for this id and token hash. Nobody ever loses a cookie, as a thief would not.
 */
export function visitorsOf(store: CookieStore): SessionStore {
  const open = store.opener(cookie, secrets)
  const kept = new Map<string, string>()
  const keyOf = ({ id, tokenHash }: SessionRef) => `${id} ${tokenHash}`
  const present = async (ref: SessionRef) => (await open(kept.get(keyOf(ref)))).store
  // Once sealed, a session is known by its id alone.
  const own = ({ id }: SessionRef): SessionRef => ({ id, tokenHash: id })
  const keep = <Row extends StoredSession>(row: Row | null, { tokenHash }: Pick<SessionRef, 'tokenHash'>): Row | null => {
    if (row?.sealed) kept.set(keyOf({ id: row.id, tokenHash }), row.sealed)
    return row && { ...row, tokenHash }
  }
  return {
    name: store.name,
    find: async (ref) => keep(await (await present(ref)).find(own(ref)), ref),
    create: async (session, policy, replaces) => {
      const request = replaces ? await present(replaces) : (await open(undefined)).store
      return keep(await request.create(session, policy, replaces && own(replaces)), session)
    },
    update: async (ref, { tokenHash = ref.tokenHash, ...change }, policy) => {
      const rotated = tokenHash === ref.tokenHash ? change : { ...change, tokenHash }
      return keep(await (await present(ref)).update(own(ref), rotated, policy), { tokenHash })
    },
    modify: async (ref, ...rest) => keep(await (await present(ref)).modify(own(ref), ...rest), ref),
    remove: async (which) => ('tokenHash' in which ? (await present(which)).remove(own(which)) : store.remove(which)),
    list: (page) => store.list(page),
    count: (filter) => store.count(filter),
    stats: () => store.stats(),
    clearExpired: (limit) => store.clearExpired(limit),
  }
}
