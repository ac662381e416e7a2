'use client'

import { useEffect, useState } from 'react'
import { Card } from '../ui/card'
import type { RequestRecord } from './record'
import { RequestList } from './request-list'

const path = '/api/last-requests'

interface LiveRequestsProps {
  readonly current: string | null
  readonly known: RequestRecord[]
  readonly noStatements: string
}

/** Reloads the list after each request that this page sends to the server. */
export function LiveRequests({ current, known, noStatements }: LiveRequestsProps) {
  const [loaded, setLoaded] = useState<{ readonly after: RequestRecord[]; readonly records: RequestRecord[] }>()
  useEffect(() => {
    const stop = new AbortController()
    const load = async () => {
      const response = await fetch(`${path}?request=${current ?? ''}`, { signal: stop.signal })
      if (response.ok) setLoaded({ after: known, records: await response.json() })
    }
    // If the server cannot be reached, the list stays as it is.
    const refresh = () => void load().catch(() => {})
    refresh()
    let soon: ReturnType<typeof setTimeout> | undefined
    const observer = new PerformanceObserver((list) => {
      const fetched = list.getEntries().filter(({ name }) => !name.includes(path) && !name.includes('/_next/'))
      if (fetched.length === 0) return
      clearTimeout(soon)
      soon = setTimeout(refresh, 100)
    })
    observer.observe({ type: 'resource' })
    return () => {
      stop.abort()
      clearTimeout(soon)
      observer.disconnect()
    }
  }, [current, known])
  return (
    <div className="requests">
      <Card title="Last request">
        <RequestList records={loaded?.after === known ? loaded.records : known} noStatements={noStatements} />
      </Card>
    </div>
  )
}
