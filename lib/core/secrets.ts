import { SessionError } from './errors.ts'

/**
 * Returns the secrets as a list.
 * @throws {SessionError} CONFIG_INVALID if one of them is missing, short, or has few different characters, as 'aaaa…' does.
 */
export function checkSecrets(secret: string | readonly string[] | undefined): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : (secret ?? [])
  if (secrets.length === 0) throw invalid('secret is missing; set SESSION_SECRET')
  secrets.forEach((text, index) => {
    const length = typeof text === 'string' ? text.length : 0
    if (length < 32) throw invalid(`secret ${index + 1} has ${length} characters; use at least 32`)
    const { size } = new Set(text)
    if (size < 10) throw invalid(`secret ${index + 1} has only ${size} different characters; use at least 10`)
  })
  return secrets
}

function invalid(problem: string): SessionError {
  return new SessionError('CONFIG_INVALID', `${problem}. Make one with: npx coatcheck secret.`)
}
