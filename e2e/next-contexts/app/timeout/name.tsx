'use client'

import { type SessionView, useSession } from 'coatcheck/client'
import { useEffect, useState } from 'react'

/** Shows a value of the view, and whether React runs in the page. */
export function Name() {
  const [runs, setRuns] = useState(false)
  useEffect(() => setRuns(true), [])
  const { name } = useSession<SessionView<{ name: string }>>()
  return <p role="note">{runs ? `live: ${name}` : `view: ${name}`}</p>
}
