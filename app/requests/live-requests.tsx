'use client'

import { useEffect, useState } from 'react'
import { Card } from '../ui/card'
import type { RequestRecord } from './record'
import { RequestList } from './request-list'

const path = '/api/last-requests'

interface LiveRequestsProps {
  readonly current: string | null
  readonly known: RequestRecord[]
  readonly unasked: string
}

/** Asks for the list again after whatever this page has asked the server for. */
export function LiveRequests({ current, known, unasked }: LiveRequestsProps) {
  const [answer, setAnswer] = useState<{ readonly to: RequestRecord[]; readonly records: RequestRecord[] }>()
  useEffect(() => {
    const stop = new AbortController()
    const ask = async () => {
      const response = await fetch(`${path}?request=${current ?? ''}`, { signal: stop.signal })
      if (response.ok) setAnswer({ to: known, records: await response.json() })
    }
    // The page stays as it is if the server is gone.
    const refresh = () => void ask().catch(() => {})
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
        <RequestList records={answer?.to === known ? answer.records : known} unasked={unasked} />
      </Card>
    </div>
  )
}
