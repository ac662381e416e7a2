import type { SessionOptions, Sessions } from 'coatcheck'
import { createGuard } from 'coatcheck/middleware'
import { type NextFetchEvent, NextRequest } from 'next/server.js'
import { FakeBrowser } from './browser'

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A key pair that signs proofs, as the browser does for device-bound sessions. */
export async function aDeviceKey() {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify'])
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey)
  const jwk = { kty: 'EC', crv: 'P-256', x, y }
  const sign = async (header: unknown, payload: unknown) => {
    const signed = `${encode(header)}.${encode(payload)}`
    const signature = await crypto.subtle.sign(ecdsa, privateKey, new TextEncoder().encode(signed))
    return `${signed}.${Buffer.from(signature).toString('base64url')}`
  }
  const header = { typ: 'dbsc+jwt', alg: 'ES256' }
  return { key: { x, y }, jwk, header, sign, prove: (jti: string) => sign({ ...header, jwk }, { jti }) }
}

/** A browser with device-bound sessions: it has cookies, and a separate key for each session. */
export class BoundBrowser extends FakeBrowser {
  /** The identifier of the bound session, as the server chose it. */
  sessionId = ''
  #key: ReturnType<typeof aDeviceKey> | undefined

  /** The headers of a request of this browser. */
  headers(more: Record<string, string> = {}): Record<string, string> {
    return {
      cookie: Object.entries(this.cookies)
        .map((pair) => pair.join('='))
        .join('; '),
      ...more,
    }
  }

  /** Runs `fn` in a request that has the cookies in its headers, too. */
  read<T>(fn: () => Promise<T>, more: Record<string, string> = {}): Promise<T> {
    return this.visit(fn, { headers: this.headers(more) })
  }

  /** Returns the challenge with which the guard invites this browser to bind its session; null without an invitation. */
  async invitation(options: SessionOptions, more: Record<string, string> = {}): Promise<string | null> {
    const request = new NextRequest('https://localhost/account', { headers: this.headers(more) })
    const { headers } = await createGuard(options)(request, {} as NextFetchEvent)
    return /challenge="([^"]*)"/.exec(headers.get('secure-session-registration') ?? '')?.[1] ?? null
  }

  /** Sends a request to the device handler and keeps the cookie that it sets. */
  async post(sessions: Pick<Sessions<object>, 'deviceHandler'>, headers: Record<string, string>): Promise<Response> {
    const request = new Request('https://localhost/api/session/device', { method: 'POST', headers })
    const response = await sessions.deviceHandler()(request)
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(response.headers.get('set-cookie') ?? '') ?? []
    if (name && value) this.cookies = { ...this.cookies, [name]: value }
    return response
  }

  /** Signs a challenge and registers the key. */
  async register(sessions: Pick<Sessions<object>, 'deviceHandler'>, challenge: string): Promise<Response> {
    this.#key ??= aDeviceKey()
    const proof = await (await this.#key).prove(challenge)
    const response = await this.post(sessions, this.headers({ 'secure-session-response': proof }))
    if (response.ok) this.sessionId = (await response.clone().json()).session_identifier
    return response
  }

  /** Renews the proof: asks for a challenge, signs it and returns the last response. */
  async refresh(sessions: Pick<Sessions<object>, 'deviceHandler'>): Promise<Response> {
    const id = { 'sec-secure-session-id': this.sessionId } // without quotation marks, as Chromium sends it
    const asked = await this.post(sessions, id)
    const [, challenge] = /^"([^"]*)"/.exec(asked.headers.get('secure-session-challenge') ?? '') ?? []
    if (asked.status !== 403 || !challenge || !this.#key) return asked
    const { sign, header } = await this.#key
    return this.post(sessions, { ...id, 'secure-session-response': await sign(header, { jti: challenge }) })
  }
}
