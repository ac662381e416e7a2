import { setTimeout } from 'node:timers/promises'
import { recordsOf, requestLog } from '../../requests/log'
import { sessions } from '../../sessions'

const maxWaitMs = 2000

/** Returns the visitor's last requests, newest first. Waits up to 2 s until the request in `?request=` is complete. */
export const GET = sessions.handler(async (request) => {
  const id = new URL(request.url).searchParams.get('request')
  const named = id ? requestLog.at(id) : []
  await Promise.race([Promise.all(named.map(({ ended }) => ended)), setTimeout(maxWaitMs, null, { ref: false })])
  return Response.json(recordsOf(request.headers.get('cookie'), id))
})
