import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { engineTexts } from '../engine'
import { getSession } from '../sessions'
import { LiveRequests } from './live-requests'
import { recordsOf, requestLog } from './log'

/**
 * Shows the visitor's last requests at the bottom of the screen. Results that are unknown while the page renders appear afterwards.
 * `children` can show the requests, too: see steps.tsx.
 */
export async function LastRequests({ children }: { children?: ReactNode }) {
  await getSession() // Sends the statement of the session first, so that the list contains it.
  const cookie = (await headers()).get('cookie')
  const id = requestLog.running.getStore()?.id ?? null
  return (
    <LiveRequests current={id} known={recordsOf(cookie, id)} noStatements={engineTexts.noStatements}>
      {children}
    </LiveRequests>
  )
}
