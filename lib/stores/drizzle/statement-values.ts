import type { Patch } from '../../core/data/patch.ts'
import type { ExpiryRule } from '../../core/store/expiry.ts'
import type { Change } from '../../core/store/store.ts'
import type { NewSession } from '../../core/store/stored-session.ts'

/** The default of `maxBytesBefore`: the largest PostgreSQL integer. */
export const noLimit = 2_147_483_647

/** Returns the values of `insert` and `replace`, except those of the expiry rule. */
export const sessionValues = (session: NewSession) => ({
  newId: session.id,
  newHash: session.tokenHash,
  userId: session.userId,
  authHash: session.authHash,
  ip: session.ip,
  userAgent: session.userAgent,
  set: JSON.stringify(session.data),
})

/** Returns the values of an expiry rule in `insert`, `replace` and `renew`. */
export const ruleValues = (rule: ExpiryRule) => ({
  expiryAt: rule && 'at' in rule ? rule.at.toISOString() : null,
  idle: rule && 'idleSeconds' in rule ? rule.idleSeconds : null,
})

/** Returns the values of a change that all its statements share. */
export const changeValues = ({ extendsExpiry, client, ifVersion, maxBytesBefore = noLimit }: Change) => ({
  extendsExpiry,
  recordsClient: client !== undefined,
  ip: client?.ip ?? null,
  userAgent: client?.userAgent ?? null,
  ifVersion: ifVersion ?? null,
  maxBytesBefore,
})

/** Returns the values of `renew`, in addition to those of `changeValues`. */
export const renewValues = ({ tokenHash, userId, authHash, deviceKey, expiry, acceptsRotated }: Change) => ({
  newHash: tokenHash ?? null,
  userId: userId ?? null,
  newAuth: authHash !== undefined,
  authHash: authHash ?? null,
  newDevice: deviceKey !== undefined,
  deviceKey: deviceKey ?? null,
  newRule: expiry !== undefined,
  acceptsRotated: acceptsRotated === true,
  ...ruleValues(expiry ?? null),
})

/** Returns the values of a patch in `writeData`. */
export const patchValues = ({ clear, remove, set, defaults }: Patch) => ({
  clear,
  removed: `{${remove.map((key) => `"${key.replace(/["\\]/g, '\\$&')}"`).join(',')}}`,
  set: JSON.stringify(set),
  defaults: JSON.stringify(defaults),
})
