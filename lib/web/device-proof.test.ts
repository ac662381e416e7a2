import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { propertyTimeout, runs } from '../../test/property'
import { type DeviceKey, headerString, isSignedBy, parseDeviceProof, quotedString, thumbprintOf } from './device-proof.ts'

const encoder = new TextEncoder()
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A device: a key pair that signs proofs, as the browser does. */
async function aDevice() {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(ecdsa, true, ['sign', 'verify'])
  const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey)
  const jwk = { kty: 'EC', crv: 'P-256', x, y }
  const sign = async (header: object, payload: object) => {
    const signed = `${encode(header)}.${encode(payload)}`
    const signature = await crypto.subtle.sign(ecdsa, privateKey, encoder.encode(signed))
    return `${signed}.${Buffer.from(signature).toString('base64url')}`
  }
  const header = { typ: 'dbsc+jwt', alg: 'ES256', jwk }
  return { key: { x, y } satisfies DeviceKey, jwk, header, sign }
}

describe('a device proof', () => {
  it('a proof contains its challenge and its key, and only that key verifies it', async () => {
    const [device, other] = [await aDevice(), await aDevice()]
    const proof = parseDeviceProof(await device.sign(device.header, { jti: 'c1' }))
    if (!proof) throw new Error('The proof was rejected.')
    expect(proof).toMatchObject({ challenge: 'c1', key: device.key })
    expect(await isSignedBy(device.key, proof)).toBe(true)
    expect(await isSignedBy(other.key, proof)).toBe(false)
    expect(await isSignedBy({ x: device.key.x, y: other.key.y }, proof), 'not a point on the curve').toBe(false)
  })

  it('the proof of a refresh contains no key', async () => {
    const device = await aDevice()
    const proof = parseDeviceProof(await device.sign({ typ: 'dbsc+jwt', alg: 'ES256' }, { jti: 'c2' }))
    expect(proof).toMatchObject({ challenge: 'c2', key: null })
  })

  it('another algorithm, type, curve, key or critical extension is rejected', async () => {
    const { header, jwk, sign } = await aDevice()
    const wrong = [
      { ...header, alg: 'none' },
      { ...header, alg: 'RS256' },
      { ...header, alg: 'HS256' },
      { ...header, typ: 'JWT' },
      { ...header, typ: undefined },
      { ...header, crit: ['b64'], b64: false },
      { ...header, jwk: null },
      { ...header, jwk: { ...jwk, crv: 'P-384' } },
      { ...header, jwk: { ...jwk, kty: 'RSA' } },
      { ...header, jwk: { ...jwk, x: `${jwk.x}=` } },
      { ...header, jwk: { ...jwk, y: jwk.y.slice(1) } },
      { ...header, jwk: { ...jwk, x: 7 } },
      [header],
      'dbsc+jwt',
    ]
    for (const head of wrong) expect(parseDeviceProof(await sign(head as object, { jti: 'c' })), JSON.stringify(head)).toBeNull()
    for (const payload of [{}, { jti: 7 }, [], null, 'c']) {
      expect(parseDeviceProof(await sign(header, payload as object)), JSON.stringify(payload)).toBeNull()
    }
  })

  it('no text makes the parser throw, and a changed proof has no valid signature', { timeout: propertyTimeout }, async () => {
    const device = await aDevice()
    const jwt = await device.sign(device.header, { jti: 'challenge' })
    const at = fc.nat({ max: jwt.length - 1 })
    const changed = fc.tuple(at, fc.string({ maxLength: 3 })).map(([i, text]) => jwt.slice(0, i) + text + jwt.slice(i + 1))
    const parts = fc.array(fc.string({ maxLength: 300 }), { maxLength: 5 }).map((texts) => texts.join('.'))
    const json = fc
      .tuple(fc.json(), fc.json())
      .map(([a, b]) => `${encode(JSON.parse(a))}.${encode(JSON.parse(b))}.${'A'.repeat(86)}`)
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, parts, json, fc.string({ maxLength: 9000 })), async (text) => {
        const proof = parseDeviceProof(text)
        if (proof && text !== jwt) expect(await isSignedBy(device.key, proof)).toBe(false)
      }),
      runs(500),
    )
  })

  it('the thumbprint of a key is computed as in RFC 7638', async () => {
    const key = { x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' } // RFC 7517, A.1
    const members = `{"crv":"P-256","kty":"EC","x":"${key.x}","y":"${key.y}"}`
    const digest = await crypto.subtle.digest('SHA-256', encoder.encode(members))
    expect(await thumbprintOf(key)).toBe(Buffer.from(digest).toString('base64url'))
  })
})

describe('a header whose value is a string', () => {
  it('a string survives the round trip', { timeout: propertyTimeout }, () => {
    const ascii = fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) })
    fc.assert(
      fc.property(ascii, (text) => {
        expect(headerString(quotedString(text))).toBe(text)
      }),
      runs(500),
    )
  })

  it('parameters and surrounding spaces are ignored; every other value is null', () => {
    expect(headerString(' "id~print" ')).toBe('id~print')
    expect(headerString('"a\\"b\\\\c";v=1')).toBe('a"b\\c')
    for (const value of [null, '', 'token', '"open', 'open"', '"a" b', '"a", "b"', '"\\n"', '"é"', '"a\u0000"', ':YQ==:', '?1']) {
      expect(headerString(value), String(value)).toBeNull()
    }
  })
})
