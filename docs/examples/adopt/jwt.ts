import type { Adopt } from 'coatcheck'
import { jwtVerify } from 'jose'

const oldCookie = 'token'

export const adopt: Adopt = async ({ cookies }) => {
  const token = cookies.get(oldCookie)?.value
  if (!token) return null
  const secret = new TextEncoder().encode(process.env.JWT_SECRET)
  // Throws if the signature is wrong, or if `exp` is in the past or missing.
  const options = { algorithms: ['HS256'], requiredClaims: ['sub', 'exp'] }
  const verified = await jwtVerify(token, secret, options).catch(() => null)
  return verified?.payload.sub ? { userId: verified.payload.sub, cookie: oldCookie } : null
}
