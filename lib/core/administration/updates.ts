import { isUuid } from '../data/bytes.ts'
import { isEmptyPatch, maxBytesBefore } from '../data/patch.ts'
import { checkUserId } from '../data/user-id.ts'
import type { Draft } from '../session/draft-patch.ts'
import { draftPatch } from '../session/draft-patch.ts'
import type { SessionContext } from '../session/request-context.ts'
import { lockedTooLong } from '../session/write-errors.ts'
import { policyOf } from '../store/expiry.ts'
import type { SessionFilter } from '../store/store.ts'
import type { StoredSession } from '../store/stored-session.ts'

/**
 * Changes the data of stored sessions by id or by user. For webhooks, jobs and scripts, which run without a visitor's session
 * (Django's SessionStore(session_key)). These changes do not count as activity of the visitor, so they do not extend the expiry.
 */
export interface SessionUpdates<Data extends object, Defaulted extends keyof Data = never> {
  /**
   * Reads, changes and writes the data of one session in one atomic step, as `session.update` does: `change` modifies a
   * copy of the newest data, must be synchronous and may run several times. Returns false, and changes nothing, if
   * there is no active session with this id. The visitor sees the new data on the next request. In a server action,
   * Next then refetches every page.
   * @example await sessions.update(id, (draft) => { draft.plan = 'pro' })
   * @throws {SessionError} DATA_INVALID or DATA_TOO_LARGE; CONFLICT if other requests kept changing the session until
   * `timeout` was over; CONFIG_INVALID with `cookieStore()`.
   */
  update(id: string, change: (draft: Draft<Data, Defaulted>) => undefined): Promise<boolean>
  /**
   * Changes the data of all active sessions of a user, each as `update` does, and returns their number. If it rejects,
   * the sessions before the failed one are already changed.
   * @example await sessions.updateUser(user.id, (draft) => { draft.plan = 'pro' })
   */
  updateUser(userId: string | number | bigint, change: (draft: Draft<Data, Defaulted>) => undefined): Promise<number>
}

type AnyChange = (draft: Record<string, unknown>) => unknown

const pageSize = 1000

/**
 * Creates the functions that change stored sessions.
 * @param refreshPages In a server action, makes Next refetch every page.
 */
export function createUpdates(
  context: () => SessionContext,
  refreshPages: () => Promise<void>,
): SessionUpdates<Record<string, unknown>, string> {
  return {
    update: async (id, change) => {
      const isUpdated = isUuid(id) && (await updateSession(context(), { ids: [id] }, change))
      if (isUpdated) await refreshPages()
      return isUpdated
    },
    updateUser: async (userId, change) => {
      const count = await updateAll(context(), checkUserId(userId), change)
      if (count > 0) await refreshPages()
      return count
    },
  }
}

async function updateAll(context: SessionContext, userId: string, change: AnyChange): Promise<number> {
  const { store } = context.carrier
  let count = 0
  for (let after: StoredSession | undefined; ; ) {
    const edge = after && { after }
    const rows = await store.list({ userId, status: 'active', sort: 'created', limit: pageSize, ...edge })
    for (const { id } of rows) if (await updateSession(context, { ids: [id], userId }, change)) count++
    after = rows.at(-1)
    if (rows.length < pageSize) return count
  }
}

/**
 * Changes the session that `filter` selects. Tries again while other requests change the session first. Returns false
 * if there is no such session.
 */
async function updateSession(context: SessionContext, filter: SessionFilter, change: AnyChange): Promise<boolean> {
  const deadline = performance.now() + context.options.timeoutMs
  for (let tries = 0; ; tries++) {
    const [row] = await context.carrier.store.list({ ...filter, status: 'active', sort: 'created', limit: 1 })
    if (!row) return false
    if (await tryUpdate(context, row, change)) return true
    if (performance.now() > deadline) throw lockedTooLong()
    await jitter(tries)
  }
}

/** Writes a change to the data of `row`. Returns false if the session has changed in the meantime. */
async function tryUpdate({ carrier, codec, columns, options }: SessionContext, row: StoredSession, change: AnyChange) {
  const patch = draftPatch(codec, row.data, change)
  if (isEmptyPatch(patch)) return true
  const values = columns?.changed(row, { patch })
  const limit = maxBytesBefore(row.data, patch, options.maxBytes)
  const written = { patch, ifVersion: row.version, maxBytesBefore: limit, extendsExpiry: false }
  const updated = await carrier.store.update(row, { ...written, ...(values && { columns: values }) }, policyOf(options, row.userId))
  return updated !== null && updated !== 'conflict'
}

/** Waits for a random time that grows with the number of tries, so that parallel writers do not collide again. */
async function jitter(tries: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(5 * (tries + 1), 100)))
}
