import { SessionError } from '../core/errors.ts'

/** Returns the CONFIG_INVALID error for a problem of the environment. */
export function configInvalid(message: string): SessionError {
  return new SessionError('CONFIG_INVALID', message)
}

/** An error in the form that a command prints. */
export interface PrintableError {
  readonly code: string
  readonly message: string
}

/**
 * Converts an error to the form that a command prints. Omits the text of drivers, because it may contain data or a
 * password.
 * @param command The name of the command that failed. The message never recommends this command.
 */
export function printableError(error: unknown, command: string): PrintableError {
  if (error instanceof SessionError) return { code: error.code, message: error.message }
  const name = missingPackage(error)
  if (name) return { code: 'CONFIG_INVALID', message: `The package ${name} is not installed. Install it with: npm install ${name}` }
  const code = innermostCode(error)
  const remedy = command === 'check' ? '' : ' To find the cause, run: npx coatcheck check'
  return { code: 'INTERNAL', message: `The command failed (${code ?? 'no code'}).${remedy}` }
}

/**
 * Returns the innermost code of an error: an SQLSTATE, or the code of a socket or file error; null if there is none.
 * The cause of a STORE_FAILED has a code but is not an `Error`.
 */
export function innermostCode(error: unknown): string | null {
  let found: string | null = null
  for (let depth = 0, at = error; typeof at === 'object' && at !== null && depth < 5; depth++) {
    if ('code' in at && typeof at.code === 'string' && /^\w{2,40}$/.test(at.code)) found = at.code
    at = 'cause' in at ? at.cause : null
  }
  return found
}

/** Returns the name of the package that an import did not find; undefined for other errors. */
export function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error) || innermostCode(error) !== 'ERR_MODULE_NOT_FOUND') return undefined
  return /^Cannot find package '((?:@[\w.-]+\/)?[\w.-]+)/.exec(error.message)?.[1]
}
