'use client'

import { Fragment, type ReactNode } from 'react'

/** The properties of `<SessionBoundary>`. */
export interface SessionBoundaryProps {
  /**
   * `session.userId`: null for an anonymous visitor. Do not pass `session.id`, because it changes at an anonymous
   * visitor's first write.
   */
  userId: string | null
  children?: ReactNode
}

/**
 * Remounts its children when the user changes. Under Cache Components, Next keeps pages mounted but hidden after the
 * visitor has left them, with typed text and the state of `useState` and `useActionState`; without a boundary the next
 * user of this browser can see the last user's input. Put it in the layout around the pages.
 * @example <SessionBoundary userId={(await getSession()).userId}>{children}</SessionBoundary>
 */
export function SessionBoundary({ userId, children }: SessionBoundaryProps) {
  // The prefix keeps every user id different from the key of the anonymous visitor.
  return <Fragment key={userId === null ? 'anonymous' : `user ${userId}`}>{children}</Fragment>
}
