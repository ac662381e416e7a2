import fc from 'fast-check'
import { cookieName } from '../visitor'
import { junk, type Material, marker } from './common'

/** A Cookie header without a valid token. */
export function hostileCookie({ token, foreign }: Material): fc.Arbitrary<string> {
  const inToken = fc.nat(token.length - 1)
  const value = fc.oneof(
    fc.tuple(inToken, fc.constantFrom('A', 'z', '.', '%', '=', '+', '"')).map(([at, other]) => {
      return token.slice(0, at) + (token[at] === other ? '-' : other) + token.slice(at + 1)
    }),
    inToken.map((at) => token.slice(0, at)),
    inToken.map((at) => token.slice(at + 1)),
    fc.constantFrom(
      `"${token}"`,
      `${token}${token}`,
      `${token}.`,
      `${token}=`,
      `v2${token.slice(2)}`,
      `${token}%00`,
      `%20${token}`,
    ),
    fc.constantFrom(...foreign),
    fc.integer({ min: 1, max: 9000 }).map((length) => 'A'.repeat(length)),
    fc.constantFrom('v1.....', '.....', 'undefined', '%E0%A4%A', '%00', '""', `${marker}.a.b.c.d.e`),
    junk,
  )
  const one = value.map((text) => `${cookieName}=${text}`)
  const misnamed = fc.constantFrom(
    `session=${token}`,
    `__host-session=${token}`,
    `__Secure-session=${token}`,
    `${cookieName} x=${token}`,
  )
  return fc.oneof(
    { weight: 6, arbitrary: one },
    // None of several cookies with the same name is valid.
    one.map((last) => `${cookieName}=${foreign[0]}; ${last}`),
    fc.constantFrom('', marker, token.slice(1)).map((last) => `${cookieName}=${marker}; ${cookieName}=${last}`),
    fc.integer({ min: 2, max: 200 }).map((count) => Array(count).fill(`${cookieName}=${marker}`).join('; ')),
    misnamed,
  )
}
