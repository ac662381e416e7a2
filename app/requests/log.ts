import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { tokenIn } from '../session-cookie'
import type { RequestEnd, RequestKind, RequestRecord } from './record'

const maxKeys = 2000
const maxRecords = 30
const maxStatements = 50

/** A record whose request may still be running. */
export interface OpenRecord extends RequestRecord {
  kind: RequestKind
  readonly statements: string[]
  end: RequestEnd | null
  /** Resolves when `end` is set. */
  readonly ended: Promise<void>
}

/**
 * The last requests of the most recent visitors, in memory. A record has two keys. One is the hash of its
 * session's token, so only the browser with the token finds the record. The other is a random id. The session id is not
 * suitable, because it is public and a forged cookie can contain it.
 */
class RequestLog {
  /** The record of the current request; null if it is not logged. */
  readonly running = new AsyncLocalStorage<OpenRecord | null>()
  watched = false
  readonly #lists = new Map<string, OpenRecord[]>()

  add(key: string, record: OpenRecord): void {
    const records = this.#lists.get(key) ?? []
    records.push(record)
    if (records.length > maxRecords) records.shift()
    this.#store(key, records)
  }

  /** Moves the records of an old token to the new one after a rotation. Without a new token they are removed. */
  move(from: string | null, to: string | null, record: OpenRecord): void {
    const records = (from && this.#lists.get(from)) || [record]
    if (from) this.#lists.delete(from)
    // The router may have fetched the target of a redirect with the new token before this response ended.
    if (to) this.#store(to, [...records, ...this.at(to)])
  }

  at(key: string): readonly OpenRecord[] {
    return this.#lists.get(key) ?? []
  }

  #store(key: string, records: OpenRecord[]): void {
    // Inserts at the end, so that the first key is the least recently used one.
    this.#lists.delete(key)
    this.#lists.set(key, records)
    const [oldest] = this.#lists.keys()
    if (this.#lists.size > maxKeys && oldest !== undefined) this.#lists.delete(oldest)
  }
}

// Pages, route handlers and instrumentation.ts are separate module graphs in one process. They share state through
// globalThis.
const logKey = Symbol.for('coatcheck-demo.requests')
const shared = globalThis as { [logKey]?: RequestLog }
shared[logKey] ??= new RequestLog()

/** The log of this process. */
export const requestLog: RequestLog = shared[logKey]

/** Returns the key under which the requests with this token are stored; null for no token. */
export function keyOf(token: string | null): string | null {
  return token && createHash('sha256').update(token).digest('base64url')
}

/** Adds a statement to the record of the current request. */
export function noteStatement(text: string): void {
  const statements = requestLog.running.getStore()?.statements
  if (statements && statements.length < maxStatements) statements.push(text)
}

/** Sets the kind of the current request, if its headers do not show it. */
export function noteKind(kind: RequestKind): void {
  const record = requestLog.running.getStore()
  if (record) record.kind = kind
}

/**
 * Returns the records that a visitor may see, newest first: those of the token in the `Cookie` header and the one with
 * the id.
 */
export function recordsOf(cookieHeader: string | null, id: string | null): RequestRecord[] {
  const key = keyOf(tokenIn(cookieHeader))
  const records = new Set([...(key ? requestLog.at(key) : []), ...(id ? requestLog.at(id) : [])])
  return [...records].reverse().map(({ ended: _, ...record }) => ({ ...record, statements: [...record.statements] }))
}
