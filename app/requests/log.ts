import { AsyncLocalStorage } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { tokenIn } from '../session-cookie'
import type { RequestEnd, RequestKind, RequestRecord } from './record'

const keptKeys = 2000
const keptRecords = 30
const keptStatements = 50

/** A record that is still being written. */
export interface OpenRecord extends RequestRecord {
  kind: RequestKind
  readonly statements: string[]
  end: RequestEnd | null
  /** Resolves once `end` is there. */
  readonly ended: Promise<void>
}

/**
 * The newest requests of the newest visitors, in memory. A request is filed under the hash of its session's token, so that only the browser
 * that holds the token finds it (an id is public, and anybody may put it into a forged cookie), and under its own random id.
 */
class RequestLog {
  /** The record of the request that this code runs for; null: none is kept. */
  readonly running = new AsyncLocalStorage<OpenRecord | null>()
  watched = false
  readonly #files = new Map<string, OpenRecord[]>()

  file(key: string, record: OpenRecord): void {
    const records = this.#files.get(key) ?? []
    records.push(record)
    if (records.length > keptRecords) records.shift()
    this.#keep(key, records)
  }

  /** After a rotation: what lay under the old token lies under the new one, and under no other. */
  move(from: string | null, to: string | null, record: OpenRecord): void {
    const records = (from && this.#files.get(from)) || [record]
    if (from) this.#files.delete(from)
    // The router's fetch of a redirect's target may have brought the new token before this answer ends.
    if (to) this.#keep(to, [...records, ...this.at(to)])
  }

  at(key: string): readonly OpenRecord[] {
    return this.#files.get(key) ?? []
  }

  #keep(key: string, records: OpenRecord[]): void {
    // Again at the end, where what was used last stands.
    this.#files.delete(key)
    this.#files.set(key, records)
    const [oldest] = this.#files.keys()
    if (this.#files.size > keptKeys && oldest !== undefined) this.#files.delete(oldest)
  }
}

// Pages, handlers and the instrumentation are separate module graphs in one process: they share through globalThis.
const logKey = Symbol.for('coatcheck-demo.requests')
const shared = globalThis as { [logKey]?: RequestLog }
shared[logKey] ??= new RequestLog()

/** The one log of this process. */
export const requestLog: RequestLog = shared[logKey]

/** Where the requests with this token are filed. */
export function keyOf(token: string | null): string | null {
  return token && createHash('sha256').update(token).digest('base64url')
}

/** Writes a statement down for the request in which it is sent. */
export function noteStatement(text: string): void {
  const statements = requestLog.running.getStore()?.statements
  if (statements && statements.length < keptStatements) statements.push(text)
}

/** Says what the request that runs is for, where its headers do not tell. */
export function noteKind(kind: RequestKind): void {
  const record = requestLog.running.getStore()
  if (record) record.kind = kind
}

/** The records that a visitor may see, newest first: those of the token in this `Cookie` header, and the one with this id. */
export function recordsOf(cookieHeader: string | null, id: string | null): RequestRecord[] {
  const key = keyOf(tokenIn(cookieHeader))
  const records = new Set([...(key ? requestLog.at(key) : []), ...(id ? requestLog.at(id) : [])])
  return [...records].reverse().map(({ ended: _, ...record }) => ({ ...record, statements: [...record.statements] }))
}
