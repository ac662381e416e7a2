import { setTimeout } from 'node:timers/promises'
import { recordsOf, requestLog } from '../../requests/log'
import { sessions } from '../../sessions'

const patienceMs = 2000

/** What happened in the visitor's last requests, newest first. Waits for the end of `?request=`, which the page may have seen begin only. */
export const GET = sessions.handler(async (request) => {
  const id = new URL(request.url).searchParams.get('request')
  const named = id ? requestLog.at(id) : []
  await Promise.race([Promise.all(named.map(({ ended }) => ended)), setTimeout(patienceMs, null, { ref: false })])
  return Response.json(recordsOf(request.headers.get('cookie'), id))
})
