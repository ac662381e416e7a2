import type { Patch } from '../../core/data/patch.ts'
import type { ExpiryRule } from '../../core/store/expiry.ts'
import type { Change, NewSession, SessionRef } from '../../core/store/store.ts'

// The values of the statements' placeholders, by name.

/** The largest PostgreSQL integer. */
export const noLimit = 2_147_483_647

export const refValues = ({ id, tokenHash }: SessionRef) => ({ id, tokenHash })

/** UUIDs need no escaping. */
export const refsValues = (refs: readonly SessionRef[]) => ({
  ids: `{${refs.map(({ id }) => id).join(',')}}`,
  tokenHashes: `{${refs.map(({ tokenHash }) => tokenHash).join(',')}}`,
})

export const ruleValues = (rule: ExpiryRule) => ({
  expiryAt: rule && 'at' in rule ? rule.at.toISOString() : null,
  idle: rule && 'idleSeconds' in rule ? rule.idleSeconds : null,
})

export const sessionValues = (session: NewSession) => ({
  newId: session.id,
  newHash: session.tokenHash,
  userId: session.userId,
  ip: session.ip,
  userAgent: session.userAgent,
  set: JSON.stringify(session.data),
})

export const changeValues = ({ extendsExpiry, client, ifVersion, maxBytesBefore = noLimit }: Change) => ({
  extendsExpiry,
  recorded: client !== undefined,
  ip: client?.ip ?? null,
  userAgent: client?.userAgent ?? null,
  ifVersion: ifVersion ?? null,
  maxBytesBefore,
})

export const patchValues = ({ clear, remove, set, defaults }: Patch) => ({
  clear,
  removed: `{${remove.map((key) => `"${key.replace(/["\\]/g, '\\$&')}"`).join(',')}}`,
  set: JSON.stringify(set),
  defaults: JSON.stringify(defaults),
})
