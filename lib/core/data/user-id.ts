import { invalidArgument, isText } from './json.ts'

/**
 * Returns the user id as the text that is stored.
 * @throws {SessionError} DATA_INVALID unless `userId` is a string, number or bigint of 1 to 255 characters.
 */
export function checkUserId(userId: unknown): string {
  const isId = typeof userId === 'string' || typeof userId === 'bigint' || Number.isFinite(userId)
  const text = isId ? String(userId) : ''
  if (text.length < 1 || text.length > 255 || !isText(text)) {
    throw invalidArgument('The user id', 'is not a string, number or bigint of 1 to 255 characters')
  }
  return text
}
