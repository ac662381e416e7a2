'use client'

import { Fragment, type ReactNode } from 'react'

/** The properties of `<SessionBoundary>`. */
export interface SessionBoundaryProps {
  /**
   * `session.userId`: null for an anonymous visitor. Do not pass `session.id`, because it changes at an anonymous
   * visitor's first write.
   */
  userId: string | null
  /**
   * `session.authenticatedAt`, to remount after every login, even of the same user. Pass it in the layout of pages that call
   * `requireUser`. A page that has redirected to the login page would otherwise repeat that redirect after the login. Each remount
   * discards text that was typed in hidden pages of this layout. @default only another user remounts
   */
  authenticatedAt?: Date | string | null
  children?: ReactNode
}

/**
 * Remounts its children when the user changes. Under Cache Components, Next keeps pages mounted but hidden after the visitor has
 * left them, with typed text and the state of `useState` and `useActionState`; without a boundary the next user of this browser can
 * see the previous user's input. Put it in the layout around the pages.
 * @example <SessionBoundary userId={(await getSession()).userId}>{children}</SessionBoundary>
 */
export function SessionBoundary({ userId, authenticatedAt, children }: SessionBoundaryProps) {
  return <Fragment key={JSON.stringify([userId, authenticatedAt])}>{children}</Fragment>
}
