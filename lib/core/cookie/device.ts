import { base64url, bytesOf, uuidBytes, uuidOf } from '../data/bytes.ts'
import type { StoredSession } from '../store/stored-session.ts'
import { storeNow } from './carrier.ts'
import type { VerifyMac } from './token.ts'

/** Signs and checks texts under a key that serves one purpose. */
export interface Macs {
  /** Returns the HMAC-SHA-256 under the first secret, in base64url. */
  readonly sign: (input: string) => string | Promise<string>
  readonly verify: VerifyMac
}

/** The lifetime of a challenge in seconds. */
const challengeSeconds = 300
/** The largest accepted difference between the clocks of two servers, in seconds. */
const skewSeconds = 60
/**
 * After a session is bound, requests that were sent before still arrive without the device cookie, and the response to the
 * registration may be lost. During this time the cookie is not required, and another registration may replace the key.
 */
const graceSeconds = 10

/** Returns the name of the device cookie. It keeps the prefix of the session's cookie. */
export function deviceCookieName({ name }: { readonly name: string }): string {
  return `${name}-device`
}

/** Returns the name of the cookie that records that a session can no longer be bound. */
export function unboundCookieName({ name }: { readonly name: string }): string {
  return `${name}-unbound`
}

/** Returns the value of the cookie `unboundCookieName`: the end of the session's token, which the next login replaces. */
export function unboundMark(token: string): string {
  return token.slice(-16)
}

/** A session's id and a time in epoch seconds. */
export interface SignedTime {
  readonly id: string
  readonly seconds: number
}

/**
 * The purpose of a signed text. The signature covers it, so a challenge is not valid as a device cookie, and vice
 * versa.
 */
type Purpose = 'cookie' | 'challenge'

/** Signs device cookies and challenges of the sessions with this cookie name, and opens them. */
export class DeviceSigner {
  readonly #cookieName: string
  readonly #macs: Macs

  constructor(cookieName: string, macs: Macs) {
    this.#cookieName = cookieName
    this.#macs = macs
  }

  /** Returns the value of the device cookie: proof that the device of session `id` has signed a challenge. */
  cookie(id: string, expiresSeconds: number): Promise<string> {
    return this.#write('cookie', { id, seconds: expiresSeconds })
  }

  /** Returns true if one of the values is a device cookie of session `id` that has not expired. */
  async isProof(id: string, values: readonly string[], nowSeconds: number): Promise<boolean> {
    for (const value of values) {
      const opened = await this.#open('cookie', value)
      if (opened?.id === id && opened.seconds > nowSeconds) return true
    }
    return false
  }

  /** Returns a challenge for the device of session `id`. */
  challenge(id: string, nowSeconds: number): Promise<string> {
    return this.#write('challenge', { id, seconds: Math.floor(nowSeconds) })
  }

  /** Returns the id of the session for which a challenge was made; null if the challenge is forged or too old. */
  async challenged(challenge: string, nowSeconds: number): Promise<string | null> {
    const opened = await this.#open('challenge', challenge)
    if (!opened || opened.seconds < nowSeconds - challengeSeconds || opened.seconds > nowSeconds + skewSeconds) return null
    return opened.id
  }

  async #write(purpose: Purpose, { id, seconds }: SignedTime): Promise<string> {
    const signed = `${base64url(uuidBytes(id))}.${seconds}`
    return `${signed}.${await this.#macs.sign(this.#input(purpose, signed))}`
  }

  async #open(purpose: Purpose, value: string): Promise<SignedTime | null> {
    const [, signed, id, seconds, mac] = grammar.exec(value) ?? []
    if (!signed || !id || !seconds || !mac) return null
    const isOurs = await this.#macs.verify(this.#input(purpose, signed), mac)
    return isOurs ? { id: uuidOf(bytesOf(id)), seconds: Number(seconds) } : null
  }

  #input(purpose: Purpose, signed: string): string {
    return `coatcheck device ${purpose}\n${this.#cookieName}\n${signed}`
  }
}

// The last character of each part has unused bits, which must be 0. So only one encoding of a text is accepted.
const grammar = /^(([A-Za-z0-9_-]{21}[AQgw])\.([1-9][0-9]{0,11}))\.([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])$/

/** The device to which a session is bound. */
export interface BoundDevice {
  readonly boundAtSeconds: number
  /** SHA-256 of the public key in base64url (RFC 7638). */
  readonly thumbprint: string
  /** The public key: a point on P-256. */
  readonly x: string
  readonly y: string
}

/** Formats a device as the text that is stored. */
export function deviceText({ boundAtSeconds, thumbprint, x, y }: BoundDevice): string {
  return [Math.floor(boundAtSeconds), thumbprint, x, y].join('.')
}

/** Returns the device of a session, or null if the session is not bound. */
export function boundDevice({ deviceKey }: Pick<StoredSession, 'deviceKey'>): BoundDevice | null {
  const [boundAt, thumbprint, x, y] = deviceKey?.split('.') ?? []
  return boundAt && thumbprint && x && y ? { boundAtSeconds: Number(boundAt), thumbprint, x, y } : null
}

/** Returns true for a few seconds after a session was bound. */
export function isJustBound(device: BoundDevice, row: StoredSession): boolean {
  return storeNow(row) < device.boundAtSeconds + graceSeconds
}

/**
 * Returns true if a request with this session must have a proof of its device. Parses only the time at the start of the
 * text, because this runs in every request. A text without a time requires a proof.
 */
export function needsProof(row: StoredSession): boolean {
  if (!row.deviceKey) return false
  const boundAtSeconds = Number.parseInt(row.deviceKey, 10)
  return !(storeNow(row) < boundAtSeconds + graceSeconds)
}
