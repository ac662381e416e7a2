/** The abilities that the specs require and that some engines lack. */
type Ability =
  | 'revocation' // A deleted or rotated session is invalid in every copy of its cookie.
  | 'sharing' // Requests with the same cookie see each other's writes.
  | 'listing' // The server has a list of sessions.
  | 'quiet-writes' // A response sets the cookie only if the cookie changes.
  | 'page-consumes-flashes' // Without JavaScript, a flash is gone after the document that shows it.
  | 'tokens' // The cookie is a token of six parts, and the data is stored elsewhere.
  | 'restart' // Sessions survive the process.

/** The missing abilities and their reasons by engine. The reasons of `cookie` are headings of docs/cookie-store.md. */
const exceptions: Readonly<Record<string, Readonly<Partial<Record<Ability, string>>>>> = {
  cookie: {
    revocation: 'Sessions cannot be revoked',
    sharing: 'The last cookie wins',
    listing: 'The server has no list of sessions',
    'quiet-writes': 'Every write sends the cookie',
    'page-consumes-flashes': 'Reading cannot change the session',
    tokens: 'Every write sends the cookie',
  },
  memory: {
    restart: 'memoryStore stores sessions in the process, so they are lost when it ends',
  },
}

/**
 * Returns the reason why `engine` lacks an ability, or undefined if it has it. A test either expects the other behaviour or is
 * skipped with the reason.
 */
export function whyNot(engine: string, ability: Ability): string | undefined {
  return exceptions[engine]?.[ability]
}
