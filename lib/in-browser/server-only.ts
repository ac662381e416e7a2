import { SessionError } from '../core/errors.ts'

/** Returns the function that replaces the export `name` of `entry` in the browser. It throws CONFIG_INVALID. */
export function serverOnly(entry: string, name: string): () => never {
  const remedy = "Import it in server code only; client components import from 'coatcheck/client'."
  return function refuse() {
    throw new SessionError('CONFIG_INVALID', `${name} of '${entry}' does not run in the browser. ${remedy}`)
  }
}
