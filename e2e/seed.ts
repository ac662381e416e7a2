import { Client } from 'pg'

/** A session to insert. The defaults are those of a new anonymous session. */
export interface SeededSession {
  readonly userId?: string
  readonly userAgent?: string
  readonly ip?: string
  readonly data?: unknown
  /** The seconds since its creation and since it was last seen. @default 0 */
  readonly beganAgo?: number
  readonly seenAgo?: number
  /** The seconds until it expires. Negative for an expired session. @default two weeks */
  readonly expiresIn?: number
}

const insert = `
  insert into sessions (id, token_hash, user_id, created_at, authenticated_at, last_seen_at, expires_at, ip, user_agent, version, data)
  select (lpad(to_hex((extract(epoch from began) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
      || '8' || substr(md5(random()::text), 1, 15))::uuid,
    gen_random_uuid(), "userId", began, case when "userId" is null then null else began end,
    now() - make_interval(secs => coalesce("seenAgo", 0)), now() + make_interval(secs => coalesce("expiresIn", 1209600)),
    ip, "userAgent", 1, coalesce(data, '{}')
  from jsonb_to_recordset($1) as given ("userId" text, "userAgent" text, ip text, data jsonb, "beganAgo" float8, "seenAgo" float8,
      "expiresIn" float8),
    lateral (select now() - make_interval(secs => coalesce("beganAgo", 0)) as began) as times
  returning id`

/** Inserts sessions into the table directly, and returns their ids in the same order. */
export async function seedSessions(url: string, sessions: readonly SeededSession[]): Promise<string[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string }>(insert, [JSON.stringify(sessions)])
    return rows.map(({ id }) => id)
  } finally {
    await client.end()
  }
}
