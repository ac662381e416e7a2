// The same work written by hand with node-postgres: named prepared statements that return the same columns.
const columns = `id, token_hash, user_id, created_at, authenticated_at, last_seen_at, expires_at, expiry_at, expiry_idle_seconds, ip,
  user_agent, version, data, extract(epoch from expires_at - now())::float8 as seconds_left,
  extract(epoch from now() - last_seen_at)::float8 as seconds_since_seen`
const live = 'id = $1 and token_hash = $2 and expires_at > now()'

const statements = {
  select: `select ${columns} from sessions where ${live}`,
  update: `update sessions set data = data || $3::jsonb, version = version + 1 where ${live} returning ${columns}`,
  insert: `insert into sessions (id, token_hash, expires_at, data) values ($1, $2, now() + interval '14 days', $3)
    returning ${columns}`,
  rotate: `update sessions set token_hash = $3, version = version + 1 where ${live} returning ${columns}`,
  login: `update sessions set token_hash = $3, user_id = $4, authenticated_at = now(), expires_at = now() + interval '14 days',
    version = version + 1 where ${live} returning ${columns}`,
}

/** Runs one of the statements, prepared under its name, and returns the row. */
export async function raw(pool, name, values) {
  const { rows } = await pool.query({ name: `raw_${name}`, text: statements[name], values })
  if (rows.length !== 1) throw new Error(`${name} returned ${rows.length} rows instead of one`)
  return rows[0]
}
