'use client'

import { Button } from '@mantine/core'
import { useReducedMotion } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { durationText } from '../format'

/**
 * The time by which the server's clock is ahead of the browser's, in milliseconds. Measured once, right after the
 * document has loaded.
 */
let aheadMs: number | undefined

/**
 * Counts down to `endsAt`. `now` is the server's time, because the browser's clock may be wrong. Both are in epoch
 * milliseconds.
 */
export function Countdown({ endsAt, now }: { endsAt: number; now: number }) {
  const [shownAt, setShownAt] = useState(now)
  const calm = useReducedMotion()
  useEffect(() => {
    aheadMs ??= now - Date.now()
    const ahead = aheadMs
    const tick = () => setShownAt(Date.now() + ahead)
    tick()
    const ticking = setInterval(tick, calm ? 60_000 : 1000)
    // Browser timers are limited to 2³¹ ms. The interval above detects a later expiry.
    const leftMs = endsAt - Date.now() - ahead
    const ending = leftMs < 2 ** 31 ? setTimeout(tick, leftMs + 1) : undefined
    return () => {
      clearInterval(ticking)
      clearTimeout(ending)
    }
  }, [endsAt, now, calm])
  const expired = shownAt >= endsAt
  return (
    <>
      {!expired && (
        <span role="timer" aria-live="off" className="countdown">
          in {durationText((endsAt - shownAt) / 1000)}
        </span>
      )}
      <span role="status">{expired && 'This session has expired. '}</span>
      {expired && (
        <Button size="compact-sm" variant="default" onClick={() => location.reload()}>
          Reload
        </Button>
      )}
    </>
  )
}
