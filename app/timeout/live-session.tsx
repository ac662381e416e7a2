'use client'

import { type SessionView, useSession } from 'coatcheck/client'
import { useEffect, useState } from 'react'
import { durationText } from '../format'

/** Shows the session as the browser knows it. */
export function LiveSession() {
  const { userId, name, expiresAt } = useSession<SessionView<{ name: string | null }>>()
  const now = useNow()
  return (
    <dl className="facts">
      <dt>User</dt>
      <dd>{userId === null ? 'anonymous' : <code>{userId}</code>}</dd>
      <dt>Name</dt>
      <dd>{name ?? '–'}</dd>
      <dt>Expires</dt>
      <dd data-testid="expires-in">{expiresAt === null || now === null ? '–' : `in ${durationText((expiresAt - now) / 1000)}`}</dd>
    </dl>
  )
}

/** The browser's clock in milliseconds, each second; null until the page runs. */
function useNow(): number | null {
  const [now, setNow] = useState<number | null>(null)
  useEffect(() => {
    const tick = () => setNow(Date.now())
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [])
  return now
}
