import { createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { cookieName } from '../visitor'

/**
 * Returns a token of a session that does not exist. It follows the documentation and does not use the library. An attacker who
 * knows the secret could create it. `name` is the cookie that it is bound to.
 */
export function forgeToken(secret: string, name = cookieName): string {
  const random = () => randomBytes(16).toString('base64url')
  const signed = `v1.${random()}.${random()}.4000000000.1`
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'coatcheck token v1 HMAC-SHA-256', 32))
  const mac = createHmac('sha256', key).update(`coatcheck token\n${name}\n${signed}`).digest('base64url')
  return `${signed}.${mac}`
}
