import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { cookieName } from '../visitor'

/**
 * A token of a session that never was, written after the documentation and not with the library: whoever knows the secret could.
 * `name` is the cookie that it is bound to.
 */
export function forgeToken(secret: string, name = cookieName): string {
  const random = () => randomBytes(16).toString('base64url')
  const signed = `v1.${random()}.${random()}.4000000000.1`
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'coatcheck token v1 HMAC-SHA-256', 32))
  const mac = createHmac('sha256', key).update(`coatcheck token\n${name}\n${signed}`).digest('base64url')
  return `${signed}.${mac}`
}
