import { useEffect } from 'react'
import type { SessionMirror } from './session-mirror.ts'

/** A click on one of these may log the user out, so it extends the session only if the page is still open a moment later. */
const controls = 'a,button,[type=submit]'
const momentMs = 1000
/** The longest pause before a failing server is asked again. */
const retryMs = 10_000

/**
 * Extends the session, once a step is due, when the visitor presses a key, clicks or touches the page. Mouse movements and scripts
 * do not extend it. Nothing extends it while `isPaused`.
 */
export function useActivity(mirror: SessionMirror, isPaused: boolean): void {
  useEffect(() => {
    if (isPaused) return
    const stop = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    let askedAt = 0
    const extend = () => {
      const { left, known } = mirror
      const { idle } = known
      if (!idle || left > idle.seconds - idle.stepSeconds || Date.now() - askedAt < retryMs) return
      askedAt = Date.now()
      mirror.ask('POST')
    }
    const note = ({ isTrusted, target }: Event) => {
      clearTimeout(timer)
      if (isTrusted) timer = setTimeout(extend, (target as Element).closest?.(controls) ? momentMs : 0)
    }
    for (const type of ['keydown', 'pointerdown']) document.addEventListener(type, note, { capture: true, signal: stop.signal })
    return () => {
      stop.abort()
      clearTimeout(timer)
    }
  }, [mirror, isPaused])
}
