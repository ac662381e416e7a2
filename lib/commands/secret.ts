import { randomBytes } from 'node:crypto'

/** `coatcheck secret`: prints a new secret, 256 random bits in base64url. */
export async function secret(print: (line: string) => void): Promise<void> {
  print(randomBytes(32).toString('base64url'))
}
