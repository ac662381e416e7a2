'use client'

import { usePathname, useRouter } from 'next/navigation.js'
import { useEffect } from 'react'
import { useProvided } from './session-provider.tsx'
import { watchSession } from './session-watcher.ts'

/** The properties of `<SessionWatch>`. */
export interface SessionWatchProps {
  /** The URL of the route that exports `sessions.statusHandler()`, with the app's `basePath`. */
  status: string
  /** The path of the login page. @default '/login' */
  signIn?: string
  /**
   * Called when the user's session has ended, before the browser goes to the login page at `href`. Return false, or a
   * promise of it, to stay: for example to keep a form. The app must then go to `href` itself. It is called again when
   * the tab gets focus.
   */
  onEnded?: ((href: string) => unknown) | undefined
}

/**
 * Keeps every tab in step with the session. One visible tab of a browser polls, every 60 seconds. If the user logs in,
 * logs out or changes, or the session is revoked or expires, every tab follows: within a second in this browser, within
 * one poll on other devices. If the user's session has ended, the browser loads `signIn` with `next` and
 * `reason=ended`. An unreachable or failing server changes nothing.
 * @example <SessionWatch status="/api/session/status" />
 */
export function SessionWatch({ status, signIn = '/login', onEnded }: SessionWatchProps) {
  const { mirror } = useProvided()
  const router = useRouter()
  const pathname = usePathname()
  useEffect(
    () =>
      watchSession(mirror, status, async () => {
        const { shown, known } = mirror
        if (shown.userId === null) return router.refresh()
        // This loads a document, because the router keeps pages of the last user, and React keeps the text that was typed in them.
        if (known.userId !== null || pathname === signIn) return location.reload()
        const href = loginHref(signIn, pathname)
        if ((await onEnded?.(href)) !== false) location.assign(href)
      }),
    [mirror, router, pathname, status, signIn, onEnded],
  )
  return null
}

/** The router's path lacks the `basePath`, which the address bar shows. */
function loginHref(signIn: string, pathname: string): string {
  const { pathname: here, search } = location
  const base = here.endsWith(pathname) ? here.slice(0, -pathname.length) : ''
  return `${base + signIn}?${new URLSearchParams({ next: pathname + search, reason: 'ended' })}`
}
