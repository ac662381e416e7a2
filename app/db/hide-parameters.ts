/** Awaits a statement. If it fails, throws an error with only the code, because Drizzle's error contains the parameters. */
export async function hideParameters<T>(statement: PromiseLike<T>): Promise<T> {
  try {
    return await statement
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    const code = cause instanceof Error && 'code' in cause ? cause.code : 'no code'
    throw new Error(`The query on the users table failed (${code}).`)
  }
}
