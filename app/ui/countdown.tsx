'use client'

import { Button } from '@mantine/core'
import { useReducedMotion } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { durationText } from './duration'

/** How far the server's clock is ahead of this browser's: measured once, when the document has just come. */
let aheadMs: number | undefined

/** The time that is left until `endsAt`; the server's `now` stands in for the browser's clock. Both in epoch milliseconds. */
export function Countdown({ endsAt, now }: { endsAt: number; now: number }) {
  const [shownAt, setShownAt] = useState(now)
  const calm = useReducedMotion()
  useEffect(() => {
    aheadMs ??= now - Date.now()
    const ahead = aheadMs
    const tick = () => setShownAt(Date.now() + ahead)
    tick()
    const ticking = setInterval(tick, calm ? 60_000 : 1000)
    // Browsers keep timers of at most 2³¹ ms; the end of a longer life comes with a tick.
    const leftMs = endsAt - Date.now() - ahead
    const ending = leftMs < 2 ** 31 ? setTimeout(tick, leftMs + 1) : undefined
    return () => {
      clearInterval(ticking)
      clearTimeout(ending)
    }
  }, [endsAt, now, calm])
  const ended = shownAt >= endsAt
  return (
    <>
      {!ended && (
        <span role="timer" aria-live="off" className="countdown">
          in {durationText((endsAt - shownAt) / 1000)}
        </span>
      )}
      <span role="status">{ended && 'This session has ended. '}</span>
      {ended && (
        <Button size="compact-sm" variant="default" onClick={() => location.reload()}>
          Reload
        </Button>
      )}
    </>
  )
}
