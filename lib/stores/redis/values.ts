import type { Json, JsonObject } from '../../core/data/json.ts'
import type { ExpiryPolicy, ExpiryRule } from '../../core/store/expiry.ts'
import type { Change, Client, NewSession, StoredSession } from '../../core/store/store.ts'

/** A session as a script answered it. */
export interface Answer {
  readonly session: StoredSession & { readonly taken?: Json }
  /** Whether last-seen or expiry moved. */
  readonly moved: boolean
}

/** Until when the index of a user knows a session. */
export interface Kept {
  readonly user: string
  readonly until: number
}

/** In a cluster, what belongs to one session lies on one machine. */
export const sessionKey = (id: string) => `session:{${id}}`

/** The arguments of the script `create`. */
export function createArguments(session: NewSession, policy: ExpiryPolicy, kept: Kept | null): string[] {
  const { tokenHash, userId, expiry } = session
  const own = { hash: tokenHash, ...(userId !== null && { user: userId }), ...ruleFields(expiry), ...clientFields(session) }
  return [JSON.stringify({ ...policyNumbers(policy), own, kept: kept?.until }), ...dataFields(session.data)]
}

/** The arguments of the script `update`. */
export function updateArguments(tokenHash: string, change: Change, policy: ExpiryPolicy, kept: Kept | null): string[] {
  const { patch, take, expiry, userId, client } = change
  const remove = patch?.remove.map(fieldOf) ?? []
  const [set, defaults] = [dataFields(patch?.set ?? {}), dataFields(patch?.defaults ?? {})]
  const options = {
    ...policyNumbers(policy),
    extendsExpiry: change.extendsExpiry,
    ifVersion: change.ifVersion,
    maxBytesBefore: change.maxBytesBefore,
    take: take !== undefined,
    clear: patch?.clear,
    removed: remove.length,
    set: set.length / 2,
    defaults: defaults.length / 2,
    ruled: expiry !== undefined,
    login: userId !== undefined,
    changes: Boolean(patch) || take !== undefined || change.tokenHash !== undefined || userId !== undefined,
    own: { hash: change.tokenHash, user: userId, ...ruleFields(expiry ?? null) },
    client: client && clientFields(client),
    keptFor: kept?.user,
    kept: kept?.until,
  }
  return [tokenHash, JSON.stringify(options), ...(take === undefined ? [] : [fieldOf(take)]), ...remove, ...set, ...defaults]
}

/** The session of a script's reply, which is its names and values in turn. */
export function answerOf(id: string, reply: readonly string[]): Answer {
  const own = new Map<string, string>()
  const data: [string, Json][] = []
  for (let i = 0; i < reply.length; i += 2) {
    const [name = '', value = ''] = [reply[i], reply[i + 1]]
    if (name.startsWith('d:')) data.push([name.slice(2), JSON.parse(value)])
    else own.set(name, value)
  }
  const taken = own.get('taken')
  const session = { id, ...ownParts(own), data: Object.fromEntries(data) }
  return { session: taken === undefined ? session : { ...session, taken: JSON.parse(taken) }, moved: own.has('moved') }
}

function ownParts(own: ReadonlyMap<string, string>) {
  const number = (name: string) => Number(own.get(name))
  const [now, expires, seen] = [number('now'), number('expires'), number('seen')]
  return {
    tokenHash: own.get('hash') ?? '',
    userId: own.get('user') ?? null,
    createdAt: new Date(number('created')),
    authenticatedAt: own.has('auth') ? new Date(number('auth')) : null,
    lastSeenAt: new Date(seen),
    expiresAt: new Date(expires),
    expiry: ruleOf(own.get('at'), own.get('idle')),
    ip: own.get('ip') ?? null,
    userAgent: own.get('agent') ?? null,
    version: number('version'),
    secondsLeft: (expires - now) / 1000,
    secondsSinceSeen: (now - seen) / 1000,
  }
}

const fieldOf = (key: string) => `d:${key}`

function dataFields(data: JsonObject): string[] {
  return Object.entries(data).flatMap(([key, json]) => [fieldOf(key), JSON.stringify(json)])
}

function ruleFields(rule: ExpiryRule): { at?: string; idle?: string } {
  if (!rule) return {}
  return 'at' in rule ? { at: String(rule.at.getTime()) } : { idle: String(rule.idleSeconds) }
}

function ruleOf(at: string | undefined, idle: string | undefined): ExpiryRule {
  if (at !== undefined) return { at: new Date(Number(at)) }
  return idle === undefined ? null : { idleSeconds: Number(idle) }
}

function clientFields({ ip, userAgent }: Client): { ip?: string; agent?: string } {
  return { ...(ip !== null && { ip }), ...(userAgent !== null && { agent: userAgent }) }
}

/** In milliseconds. */
function policyNumbers({ maxAgeSeconds, absoluteSeconds, touchSeconds }: ExpiryPolicy) {
  const absolute = absoluteSeconds === null ? undefined : absoluteSeconds * 1000
  return { maxAge: maxAgeSeconds * 1000, absolute, touch: touchSeconds * 1000 }
}
