'use client'

import { useRouter } from 'next/navigation'
import { useEffect } from 'react'

const intervalMs = 15_000

/** Renders the page again when another device has logged in or out. `ids` are the sorted ids of the user's sessions on the page. */
export function FollowDevices({ ids }: { ids: readonly string[] }) {
  const router = useRouter()
  const shown = ids.join()
  useEffect(() => {
    const stop = new AbortController()
    const { signal } = stop
    const compare = async () => {
      if (document.visibilityState === 'hidden') return
      const response = await fetch('/api/devices', { signal })
      const current: unknown = await response.json()
      if (Array.isArray(current) && current.join() !== shown) router.refresh()
    }
    // If the server cannot be reached, the list stays as it is.
    const follow = () => void compare().catch(() => {})
    const timer = setInterval(follow, intervalMs)
    document.addEventListener('visibilitychange', follow, { signal })
    window.addEventListener('focus', follow, { signal })
    return () => {
      clearInterval(timer)
      stop.abort()
    }
  }, [router, shown])
  return null
}
