import type { CookieStore } from 'coatcheck/cookie'
import { resolveOptions } from '../lib/core/options.ts'
import type { SessionStore } from '../lib/core/store/store.ts'
import type { SessionRef, StoredSession } from '../lib/core/store/stored-session.ts'

const options = resolveOptions({ secret: 'a secret for tests, 32 characters' }, false)

/**
 * Returns a cookie store as one store that all requests share, for the store contract. Each call comes from a visitor who presents
 * the last cookie received for this id and token hash. Old cookies are kept, as a thief would keep them.
 */
export function visitorsOf(store: CookieStore): SessionStore {
  const carrier = store.carrier(options)
  const cookies = new Map<string, string>()
  const keyOf = ({ id, tokenHash }: SessionRef) => `${id} ${tokenHash}`
  const requestOf = (ref: SessionRef | undefined) =>
    carrier.open([ref && cookies.get(keyOf(ref))].filter((value) => value !== undefined))
  // A sealed session is identified by its id alone.
  const sealedRef = ({ id }: SessionRef): SessionRef => ({ id, tokenHash: id })

  /** Runs one operation in a separate request, and keeps the cookie that the response sets. */
  async function inRequest<Result extends StoredSession | string | null>(
    ref: SessionRef | undefined,
    run: (store: SessionStore) => Promise<Result>,
    { tokenHash }: Pick<SessionRef, 'tokenHash'>,
  ): Promise<Result> {
    const request = await requestOf(ref)
    const row = await run(request.store)
    if (typeof row !== 'object' || row === null) return row
    cookies.set(keyOf({ id: (row as StoredSession).id, tokenHash }), request.issue(row as StoredSession, '').value)
    return { ...(row as StoredSession), tokenHash } as Result
  }

  return {
    name: store.name,
    find: (ref) => inRequest(ref, (request) => request.find(sealedRef(ref)), ref),
    create: (session, policy, replaces) =>
      inRequest(replaces, (request) => request.create(session, policy, replaces && sealedRef(replaces)), session),
    update: (ref, { tokenHash = ref.tokenHash, ...change }, policy) => {
      const rotated = tokenHash === ref.tokenHash ? change : { ...change, tokenHash }
      return inRequest(ref, (request) => request.update(sealedRef(ref), rotated, policy), { tokenHash })
    },
    modify: (ref, ...rest) => inRequest(ref, (request) => request.modify(sealedRef(ref), ...rest), ref),
    remove: (which) => carrier.store.remove(which),
    list: (page) => carrier.store.list(page),
    count: (filter) => carrier.store.count(filter),
    stats: () => carrier.store.stats(),
    clearExpired: (limit) => carrier.store.clearExpired(limit),
  }
}
