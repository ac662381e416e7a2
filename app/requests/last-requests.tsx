import { headers } from 'next/headers'
import { engineWords } from '../engine'
import { getSession } from '../sessions'
import { LiveRequests } from './live-requests'
import { recordsOf, requestLog } from './log'

/** What happened in the visitor's last requests: as known while this page is made, then as it ended. */
export async function LastRequests() {
  await getSession() // so that its statement is in the list from the first
  const cookie = (await headers()).get('cookie')
  const id = requestLog.running.getStore()?.id ?? null
  return <LiveRequests current={id} known={recordsOf(cookie, id)} unasked={engineWords.unasked} />
}
