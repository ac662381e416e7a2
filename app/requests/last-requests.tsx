import { headers } from 'next/headers'
import { engineTexts } from '../engine'
import { getSession } from '../sessions'
import { LiveRequests } from './live-requests'
import { recordsOf, requestLog } from './log'

/** Lists the visitor's last requests: first as known while the page renders, then with their results. */
export async function LastRequests() {
  await getSession() // Runs its statement first, so that the list contains it.
  const cookie = (await headers()).get('cookie')
  const id = requestLog.running.getStore()?.id ?? null
  return <LiveRequests current={id} known={recordsOf(cookie, id)} noStatements={engineTexts.noStatements} />
}
