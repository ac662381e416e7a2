import { cookieLimitSeconds, type ExpiryPolicy, type ExpiryRule } from '../store/expiry.ts'
import type { SessionRef, StoredSession } from '../store/store.ts'
import { base64url, macInput, signedPart, type Token, uuidV7 } from '../cookie/token.ts'
import type { SessionContext } from './request-context.ts'

/** The right to a session, as the browser holds it: a token and the hash that the store compares. */
export interface SessionCredential extends SessionRef {
  readonly tokenSecret: string
  readonly value: string
  readonly expiresSeconds: number
}

/** One visitor's session as the store last acknowledged it, shared by the readers and writers of one request. */
export class SessionState {
  /** Began in this request: no stored session came with it. */
  isNew: boolean
  /** Whether the browser holds a cookie that an end of the session must clear. */
  hasCookie: boolean
  /** What `setExpiry` said before there was a row. */
  pendingExpiry: ExpiryRule = null
  credential: SessionCredential | null
  #row: StoredSession | null
  #data: Readonly<Record<string, unknown>> | null = null
  readonly #context: SessionContext

  constructor(context: SessionContext, hasCookie: boolean, found: { row: StoredSession; ticket: SessionCredential } | null) {
    this.#context = context
    this.hasCookie = hasCookie
    this.isNew = found === null
    this.credential = found?.ticket ?? null
    this.#row = found?.row ?? null
  }

  get row(): StoredSession | null {
    return this.#row
  }

  /** The visible data, deeply frozen. */
  get data(): Readonly<Record<string, unknown>> {
    this.#data ??= this.#context.codec.decode(this.#row?.data ?? {})
    return this.#data
  }

  /** Takes over what the store answered; a ticket only where it changed. A sealed row is what its ticket says, at each change. */
  accept(row: StoredSession, ticket = this.credential): void {
    this.#row = row
    this.#data = null
    this.credential = ticket && { ...ticket, value: row.sealed ?? ticket.value }
    this.pendingExpiry = null
  }

  /** Takes over a session that was begun in this request. */
  begin(row: StoredSession, ticket: SessionCredential): void {
    this.accept(row, ticket)
    this.isNew = true
  }

  /** Becomes a new, empty, unsaved session. */
  reset(): void {
    this.#row = null
    this.#data = null
    this.credential = null
    this.pendingExpiry = null
    this.isNew = true
  }
}

/** A fresh id and secret, not yet in any store. */
export function newCredentials({ cryptography, now }: SessionContext, id?: string): SessionRef & { readonly tokenSecret: string } {
  const tokenSecret = base64url(cryptography.randomBytes(16))
  return { id: id ?? uuidV7(now(), cryptography.randomBytes(10)), tokenSecret, tokenHash: cryptography.tokenHash(tokenSecret) }
}

/** The ticket for `row`: signed until the outer limit of its life, which no reading can move. */
export function issueCredential({ cryptography, options }: SessionContext, secret: string, row: StoredSession): SessionCredential {
  const limits = [storeNow(row) + cookieLimitSeconds, absoluteEnd(options.policy, row)]
  if (row.expiry && 'at' in row.expiry) limits.push(row.expiry.at.getTime() / 1000)
  const expiresSeconds = Math.floor(Math.min(...limits))
  const token: Token = { id: row.id, tokenSecret: secret, expiresSeconds, loggedIn: row.userId !== null }
  const signed = signedPart(token)
  const text = row.sealed ?? `${signed}.${cryptography.sign(macInput(options.cookie.name, signed))}`
  return { id: row.id, tokenSecret: secret, tokenHash: row.tokenHash, value: text, expiresSeconds }
}

/** The cookie's Max-Age for `ticket`; undefined: until the browser closes. A cookie that is the session goes when that ends. */
export function cookieMaxAge({ options }: SessionContext, ticket: SessionCredential, row: StoredSession): number | undefined {
  const untilClose = row.expiry ? 'idleSeconds' in row.expiry && row.expiry.idleSeconds === 0 : options.expireAtBrowserClose
  const outerSeconds = ticket.expiresSeconds - storeNow(row)
  const seconds = row.sealed === undefined ? outerSeconds : Math.min(row.secondsLeft, outerSeconds)
  return untilClose ? undefined : Math.max(Math.floor(seconds), 1)
}

/** When the session's absolute lifetime is over, in epoch seconds; the row may say later, if the policy has become stricter since. */
export function absoluteEnd({ absoluteSeconds }: ExpiryPolicy, { authenticatedAt, createdAt }: StoredSession): number {
  return absoluteSeconds === null ? Number.POSITIVE_INFINITY : (authenticatedAt ?? createdAt).getTime() / 1000 + absoluteSeconds
}

/** The store's clock when it answered `row`, in epoch seconds. */
export function storeNow(row: StoredSession): number {
  return row.expiresAt.getTime() / 1000 - row.secondsLeft
}
