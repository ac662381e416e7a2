import { query } from '../test/postgres'
import type { CountingProxy } from './counting-proxy'

/** Lets the session with this id expire in so many seconds. */
export async function expireIn({ url }: CountingProxy, id: string, seconds: number): Promise<void> {
  await query(url, `update sessions set expires_at = now() + interval '${seconds} seconds' where id = '${id}'`)
}

/** Returns the seconds until the session with this id expires. */
export async function secondsLeft({ url }: CountingProxy, id: string): Promise<number> {
  const [row] = await query(
    url,
    `select extract(epoch from expires_at - now())::float8 as seconds from sessions where id = '${id}'`,
  )
  return (row as { seconds: number }).seconds
}
