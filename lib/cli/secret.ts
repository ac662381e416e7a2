import { randomBytes } from 'node:crypto'
import type { Outcome } from './terminal.ts'

/** `coatcheck secret`: a new secret, 256 random bits in base64url. */
export async function secret(): Promise<Outcome> {
  const made = randomBytes(32).toString('base64url')
  return { text: made, json: { secret: made } }
}
