'use client'

import { createContext, type ReactNode, use, useEffect, useState } from 'react'
import { RequestDock } from './dock'
import type { RequestRecord } from './record'

const path = '/api/last-requests'

/** The visitor's last requests, newest first, and the text for a request without statements. */
interface Requests {
  readonly records: readonly RequestRecord[]
  readonly noStatements: string
}

const RequestsContext = createContext<Requests>({ records: [], noStatements: '' })

/** Returns the visitor's last requests, inside `<LiveRequests>`. */
export function useRequests(): Requests {
  return use(RequestsContext)
}

interface LiveRequestsProps {
  readonly current: string | null
  readonly known: RequestRecord[]
  readonly noStatements: string
  readonly children: ReactNode
}

/** Reloads the list after each request that this page sends to the server. */
export function LiveRequests({ current, known, noStatements, children }: LiveRequestsProps) {
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
  const records = loaded?.after === known ? loaded.records : known
  return (
    <RequestsContext value={{ records, noStatements }}>
      {children}
      <RequestDock records={records} noStatements={noStatements} />
    </RequestsContext>
  )
}
