import type { Json, JsonObject } from '../../core/data/json.ts'
import type { ExpiryPolicy, ExpiryRule } from '../../core/store/expiry.ts'
import type { Change } from '../../core/store/store.ts'
import type { Client, NewSession, UpdatedSession } from '../../core/store/stored-session.ts'

/** A session that a script returned. */
export interface SessionReply {
  readonly session: UpdatedSession
  /** True if the script changed last-seen or expiry. */
  readonly timesChanged: boolean
  /** The entry that the index of the session's user must have; null for an anonymous session. */
  readonly indexEntry: IndexEntry | null
}

/** An entry that a session needs in its user's index. */
export interface IndexEntry {
  readonly userId: string
  /** The time until which the index lists the session, in epoch milliseconds. */
  readonly until: number
}

/** Returns the key of a session. The braces put all keys of a session in one slot of a cluster. */
export const sessionKey = (id: string) => `session:{${id}}`

/** Returns the arguments of the script `create`. `indexed` is the entry in the user's index. */
export function createArguments(session: NewSession, policy: ExpiryPolicy, indexed: IndexEntry | null): string[] {
  const { tokenHash, userId, authHash, expiry } = session
  const user = { ...(userId !== null && { user: userId }), ...(authHash !== null && { authHash }) }
  const fields = { hash: tokenHash, ...user, ...ruleFields(expiry), ...clientFields(session) }
  return [JSON.stringify({ ...policyMs(policy), fields, indexedUntil: indexed?.until }), ...dataFields(session.data)]
}

/** Returns the arguments of the script `update`. `indexed` is an entry in the index of its user. */
export function updateArguments(tokenHash: string, change: Change, policy: ExpiryPolicy, indexed: IndexEntry | null): string[] {
  const { patch, take, expiry, userId, authHash, deviceKey, client } = change
  const credentials = { authHash, device: deviceKey }
  const removed = patch?.remove.map(fieldOf) ?? []
  const [set, defaults] = [dataFields(patch?.set ?? {}), dataFields(patch?.defaults ?? {})]
  const options = {
    ...policyMs(policy),
    extendsExpiry: change.extendsExpiry,
    acceptsRotated: change.acceptsRotated,
    ifVersion: change.ifVersion,
    maxBytesBefore: change.maxBytesBefore,
    takes: take !== undefined,
    clears: patch?.clear,
    removeCount: removed.length,
    setCount: set.length / 2,
    defaultCount: defaults.length / 2,
    setsRule: expiry !== undefined,
    logsIn: userId !== undefined,
    raisesVersion: Boolean(patch) || take !== undefined || change.tokenHash !== undefined || userId !== undefined,
    fields: { hash: change.tokenHash, user: userId, ...presentFields(credentials), ...ruleFields(expiry ?? null) },
    cleared: Object.entries(credentials).flatMap(([name, value]) => (value === null ? name : [])),
    client: client && clientFields(client),
    indexedUser: indexed?.userId,
    indexedUntil: indexed?.until,
  }
  return [tokenHash, JSON.stringify(options), ...(take === undefined ? [] : [fieldOf(take)]), ...removed, ...set, ...defaults]
}

/**
 * Parses a script's reply that contains a session: names and values in turn. A value that is not JSON affects only its
 * own key.
 */
export function parseSession(id: string, reply: readonly string[]): SessionReply {
  const fields = new Map<string, string>()
  const data: [string, Json][] = []
  const unreadable: string[] = []
  for (let i = 0; i < reply.length; i += 2) {
    const [name = '', value = ''] = [reply[i], reply[i + 1]]
    if (name.startsWith('d:')) {
      const json = parseJson(value)
      if (json === undefined) unreadable.push(name.slice(2))
      else data.push([name.slice(2), json])
    } else fields.set(name, value)
  }
  const row = { id, ...rowOf(fields), data: Object.fromEntries(data), ...(unreadable.length > 0 && { unreadable }) }
  const taken = parseJson(fields.get('taken'))
  return {
    session: taken === undefined ? row : { ...row, taken },
    timesChanged: fields.has('timesChanged'),
    indexEntry: row.userId === null ? null : { userId: row.userId, until: Number(fields.get('indexedUntil')) },
  }
}

/** Returns the value of a JSON text, or undefined if there is no text or it is not JSON. */
function parseJson(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function rowOf(fields: ReadonlyMap<string, string>) {
  const number = (name: string) => Number(fields.get(name))
  const [now, expires, seen] = [number('now'), number('expires'), number('seen')]
  return {
    tokenHash: fields.get('hash') ?? '',
    userId: fields.get('user') ?? null,
    authHash: fields.get('authHash') ?? null,
    deviceKey: fields.get('device') ?? null,
    createdAt: new Date(number('created')),
    authenticatedAt: fields.has('auth') ? new Date(number('auth')) : null,
    lastSeenAt: new Date(seen),
    expiresAt: new Date(expires),
    expiry: ruleOf(fields.get('at'), fields.get('idle')),
    ip: fields.get('ip') ?? null,
    userAgent: fields.get('agent') ?? null,
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

/** Returns the fields that have a value. */
function presentFields(fields: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  const present: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) if (typeof value === 'string') present[name] = value
  return present
}

function clientFields({ ip, userAgent }: Client): { ip?: string; agent?: string } {
  return { ...(ip !== null && { ip }), ...(userAgent !== null && { agent: userAgent }) }
}

/** Converts the seconds of a policy to milliseconds. */
function policyMs({ maxAgeSeconds, absoluteSeconds, touchSeconds }: ExpiryPolicy) {
  const absolute = absoluteSeconds === null ? undefined : absoluteSeconds * 1000
  return { maxAge: maxAgeSeconds * 1000, absolute, touch: touchSeconds * 1000 }
}
