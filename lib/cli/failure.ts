import { SessionError } from '../core/errors.ts'

/** An error as a command tells it. */
export interface Failure {
  readonly code: string
  readonly message: string
}

/** What a command tells of `error`: never a stranger's own text, which may hold data or a connection's password. */
export function failureOf(error: unknown): Failure {
  if (error instanceof SessionError) return { code: error.code, message: error.message }
  const missing = missingPackage(error)
  if (missing) return { code: 'CONFIG_INVALID', message: `The package ${missing} is not installed. Install it: npm i ${missing}` }
  const code = codeOf(error)
  return { code: 'INTERNAL', message: `The command failed (${code ?? 'no code'}). Run coatcheck check to see what is wrong.` }
}

/** The innermost code of an error: SQLSTATE, or that of a socket or file. The cause of a STORE_FAILED has one without being an error. */
export function codeOf(error: unknown): string | null {
  let found: string | null = null
  for (let depth = 0, at = error; typeof at === 'object' && at !== null && depth < 5; depth++) {
    if ('code' in at && typeof at.code === 'string' && /^\w{2,40}$/.test(at.code)) found = at.code
    at = 'cause' in at ? at.cause : null
  }
  return found
}

function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error) || codeOf(error) !== 'ERR_MODULE_NOT_FOUND') return undefined
  return /^Cannot find package '((?:@[\w.-]+\/)?[\w.-]+)/.exec(error.message)?.[1]
}
