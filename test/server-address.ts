import type { SharedServer } from './server-starter.ts'

/**
 * Returns the address of a shared server: its URL, the relay's port, or a folder. Starts it at its first use in the run.
 * TEST_DATABASE_URL and TEST_REDIS_URL replace PostgreSQL and Redis.
 */
export async function addressOf(name: SharedServer | 'contexts', starterUrl: string): Promise<string> {
  const response = await fetch(`${starterUrl}/${name}`)
  const text = await response.text()
  if (!response.ok) throw new Error(text)
  return text
}
