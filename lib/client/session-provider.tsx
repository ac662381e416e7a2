'use client'

import { createContext, type ReactNode, useContext, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { SessionError } from '../core/errors.ts'
import type { SessionView } from '../core/session/status.ts'
import { SessionMirror } from './session-mirror.ts'

/** The properties of `<SessionProvider>`. */
export interface SessionProviderProps {
  /** The result of `sessions.view`. */
  view: SessionView
  children?: ReactNode
}

interface Provided {
  readonly view: SessionView
  readonly mirror: SessionMirror
}

const Context = createContext<Provided | null>(null)

/**
 * Provides the view of the session to `useSession`, `<SessionWatch>` and `<SessionTimeout>` below it. Each render of
 * the layout passes a new view, so an action that changes the session changes the view, too.
 * @example <SessionProvider view={await sessions.view((session) => ({ name: session.get('name') }))}>{children}</SessionProvider>
 */
export function SessionProvider({ view, children }: SessionProviderProps) {
  const [mirror] = useState(() => new SessionMirror(view))
  useEffect(() => mirror.show(view), [mirror, view])
  return <Context value={{ view, mirror }}>{children}</Context>
}

/** The result of `useSession`. */
export type LiveSession<View extends SessionView = SessionView> = View & {
  /**
   * The time at which the session expires, in milliseconds of the browser's own clock; null without a stored session,
   * and until the page runs.
   */
  readonly expiresAt: number | null
}

/**
 * Returns the view of the session: the values that the app chose, `userId`, `isAnonymous`, `authenticatedAt`, `expiresIn` as the
 * server last reported it, and `expiresAt`. Polls and activity in any tab keep `expiresIn` and `expiresAt` current. `View` is the
 * type of the view.
 * @example const { name, isAnonymous } = useSession<SessionView<{ name?: string }>>()
 * @throws {SessionError} CONFIG_INVALID outside `<SessionProvider>`.
 */
export function useSession<View extends SessionView = SessionView>(): LiveSession<View> {
  const { view, mirror } = useProvided()
  const getKnown = () => mirror.known
  const known = useSyncExternalStore(mirror.subscribe, getKnown, getKnown)
  return useMemo(() => {
    const { expiresIn, at } = known
    const expiresAt = at && expiresIn !== null ? at.wall + expiresIn * 1000 : null
    return { ...(view as View), expiresIn, expiresAt }
  }, [view, known])
}

/**
 * Returns the value of the nearest `<SessionProvider>`.
 * @throws {SessionError} CONFIG_INVALID outside `<SessionProvider>`.
 */
export function useProvided(): Provided {
  const provided = useContext(Context)
  if (provided) return provided
  throw new SessionError('CONFIG_INVALID', 'Render <SessionProvider> in the layout.')
}
