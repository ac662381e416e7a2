/**
 * Inserts a million live and a million expired sessions by SQL. They were created at equal intervals over the last 28 days, used
 * for a while, and have up to 200 different browsers. With `apart`, the oldest million sessions are expired; otherwise, every
 * other session is. Every `signedInEvery`th session has a user. `each` replaces both numbers.
 */
export async function seedSessions(pool, { apart, signedInEvery, each = 1_000_000 }) {
  await pool.query(
    `insert into sessions (id, token_hash, created_at, last_seen_at, expires_at, authenticated_at, user_id, ip, user_agent, data)
    select ${timeOrderedId('created')}, gen_random_uuid(), created, seen,
      case when live then now() + seen_share * interval '14 days' + interval '1 hour' else now() - seen_share * interval '10 days' end,
      case when signed_in then created end,
      case when signed_in then (100000 + floor(random() * 400000))::text end,
      case when i % 11 > 0 then '10.' || i % 200 || '.' || i % 251 || '.' || i % 241 end,
      case when i % 7 > 0 then 'Mozilla/5.0 (X11; Linux x86_64) Browser/' || floor(power(random(), 3) * 200) end,
      '{"name": "John Doe", "theme": "dark", "visits": 123}'
    from (
      select i, created, seen_share, signed_in, live, created + seen_share * least(now() - created, interval '2 days') as seen
      from (
        select i, random() as seen_share, i % $2::int = 0 as signed_in,
          now() - interval '28 days' + i * (interval '28 days' / (2 * $1::int)) as created,
          case when $3::boolean then i > $1::int else i % 2 = 0 end as live
        from generate_series(1, 2 * $1::int) as i
      ) as created_sessions
    ) as used_sessions`,
    [each, signedInEvery, apart],
  )
  await pool.query('vacuum analyze sessions')
}

/** Returns the SQL of a UUID of version 7 that was created at `instant`, an SQL expression. */
function timeOrderedId(instant) {
  const time = `lpad(to_hex(floor(extract(epoch from ${instant}) * 1000)::bigint), 12, '0')`
  return `(${time} || '7' || substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid`
}
