import { SessionError } from '../core/errors.ts'
import { storeFailed } from '../core/store/deadline.ts'
import { type Environment, foreignScheme, unsetUrl } from './environment.ts'
import { innermostCode } from './errors.ts'

/** The database of a failed command. */
export interface FailedDatabase {
  readonly env: Environment
  /** The database as shown in messages, without user and password. Undefined if it could not be opened. */
  readonly description?: string | undefined
  /** The URL with which the app opened its pool, if the driver keeps it. */
  readonly url?: string | undefined
  /** True if the app itself names its database, so that it may need no environment variable. */
  readonly isNamed?: boolean
}

const remedies: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'No server listens at this address. Start PostgreSQL, or correct the URL.',
  ENOTFOUND: 'The host does not exist. Correct it in the URL.',
  EAI_AGAIN: 'The host does not exist, or the name server does not respond. Correct the host in the URL.',
  ETIMEDOUT: 'The host does not respond. Correct the URL, or allow the connection in the firewall.',
  '28P01': 'The server rejected the password. Correct it in the URL.',
  '28000': 'The server rejected the user. Correct the URL, or request SSL with: ?sslmode=require',
  '3D000': 'The server has no database with this name. Create it with createdb, or correct the URL.',
  invalid_connection_string: '@vercel/postgres accepts only pooled addresses of Neon. For other servers, run: npm install pg',
}

/** Returns the way to fix a failed connection to the database; null if the code has another cause. */
export function connectionRemedy(code: string | null, { env, description, url, isNamed = false }: FailedDatabase): string | null {
  const remedy = remedies[code ?? ''] ?? null
  // pg rejects a missing password with an error without a code. @vercel/postgres has its own code for a missing URL.
  const isConnection = remedy !== null || (code === null && description !== undefined) || code === 'missing_connection_string'
  if (!isConnection) return null
  if (isNamed && url === undefined) return remedy // such as a host, which the URL of the environment does not describe
  const unset = isNamed || hasResponded(code) ? null : unsetUrl(env)
  return foreignScheme(env, url) ?? unset ?? remedy
}

/** Returns true for a SQLSTATE: the server has responded, so the address is right. */
function hasResponded(code: string | null): boolean {
  return code !== null && /^\d/.test(code)
}

/** Returns the text that names a database and the code of its failure. */
export function failureText(code: string | null, { description = 'the database' }: FailedDatabase): string {
  return `${description} failed (${code ?? 'no code'})`
}

/** Returns a failure of the database as a STORE_FAILED that contains the remedy of `coatcheck check`. */
export function explainFailure(error: unknown, database: FailedDatabase): SessionError {
  const failure = storeFailed(error, 'none')
  if (failure.code !== 'STORE_FAILED') return failure
  const code = innermostCode(failure.cause)
  const remedy = connectionRemedy(code, database)
  if (remedy === null) return failure
  const text = failureText(code, database).replace(/^the /, 'The ')
  const cause = { code, constraint: null }
  const outcome = failure.outcome ?? 'none'
  return new SessionError('STORE_FAILED', `${text}. ${remedy}`, { cause, outcome })
}
