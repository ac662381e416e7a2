/** What the flows ask of an engine that not each one can do. */
type Ability =
  | 'taking back' // what was ended or renewed is so for every copy of the cookie
  | 'sharing' // requests with the same cookie see what the others wrote
  | 'listing'
  | 'quiet writes' // the cookie goes out only when it says something new
  | 'a page consumes' // a flash is gone after a document that shows it, without JavaScript
  | 'tokens' // the cookie is a token of six parts, and the data is elsewhere
  | 'restart' // sessions outlive the process

/** By engine, what it cannot do and why; the reasons of `cookie` are headings in docs/cookie-store.md. */
const exceptions: Readonly<Record<string, Readonly<Partial<Record<Ability, string>>>>> = {
  cookie: {
    'taking back': 'Sessions cannot be revoked',
    sharing: 'The last cookie wins',
    listing: 'The server has no list of sessions',
    'quiet writes': 'Every write sends the cookie',
    'a page consumes': 'Reading cannot change the session',
    tokens: 'Every write sends the cookie',
  },
  memory: {
    restart: 'memoryStore keeps sessions in the process, and ends with it',
  },
}

/** Why `engine` cannot do something; undefined: it can. Tests say what happens instead, or skip with the reason. */
export function whyNot(engine: string, ability: Ability): string | undefined {
  return exceptions[engine]?.[ability]
}
