import { useEffect, useState } from 'react'
import type { SessionMirror } from './session-mirror.ts'

const hourSeconds = 3600

/** Returns the whole seconds until the session expires; null while more than `warnSeconds` are left. */
export function useWarning(mirror: SessionMirror, warnSeconds: number): number | null {
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let shown: number | null = null
    const update = () => {
      clearTimeout(timer)
      const { left, isFresh, known } = mirror
      const { idle, dismissed } = known
      // A short session warns later. Otherwise it would warn at once, and again right after each extension.
      const warnsAt = idle ? Math.min(warnSeconds, idle.seconds / 2) : dismissed ? 0 : warnSeconds
      if (left > warnsAt) shown = null
      else if (shown !== null || (isFresh && left > 0)) shown = Math.max(Math.ceil(left), 0)
      setSecondsLeft(shown)
      timer = setTimeout(update, Math.min(Math.max(left - warnsAt, 1), hourSeconds) * 1000)
    }
    const unsubscribe = mirror.subscribe(update)
    update()
    return () => {
      unsubscribe()
      clearTimeout(timer)
    }
  }, [mirror, warnSeconds])
  return secondsLeft
}
