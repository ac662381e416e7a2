'use client'

import { type ReactNode, useEffect, useRef } from 'react'
import { type Duration, durationSeconds } from '../core/store/expiry.ts'
import { useProvided } from './session-provider.tsx'
import { timeText } from './time-text.ts'
import { useActivity } from './use-activity.ts'
import { useWarning } from './use-warning.ts'

/** The texts of `<SessionTimeout>`. `{time}` stands for the time left, in the language of the document. */
export interface SessionTimeoutTexts {
  /** @default 'Are you still there?' */
  title: string
  /** @default 'Your session ends in {time}.' */
  left: string
  /** Added to `left` if the session cannot be extended. @default 'It cannot be extended.' */
  fixed: string
  /** Added to `left` if the server could not be reached. @default 'The server cannot be reached.' */
  failed: string
  /** @default 'Stay signed in' */
  stay: string
  /** Replaces `stay` if the session cannot be extended. @default 'Continue' */
  dismiss: string
  /** @default 'Log out' */
  logout: string
}

/** The values and functions for the content of a `<SessionTimeout>`. */
export interface SessionTimeoutControls {
  readonly secondsLeft: number
  /** The time left in words. It changes in steps, so that a screen reader can announce each change. */
  readonly timeLeft: string
  /** False if the session has a fixed end, or the end of `absoluteMaxAge` is near. */
  readonly canExtend: boolean
  /** True if the server could not be reached. */
  readonly failed: boolean
  /** Extends the session, or, if that is impossible, closes the dialog. */
  readonly stay: () => unknown
}

/** The properties of `<SessionTimeout>`. */
export interface SessionTimeoutProps {
  /** The time before the expiry at which the dialog opens; at most half of the idle lifetime. @default '2m' */
  warn?: Duration
  /** A server action that logs the user out. Without it, the dialog has no logout button. */
  logout?: ((form: FormData) => void | Promise<void>) | undefined
  /** Replaces texts. */
  texts?: Partial<SessionTimeoutTexts>
  /** The class of the dialog, and the prefix of the classes of its parts. @default 'session-timeout' */
  className?: string
  /** Replaces the content of the dialog. */
  children?: ((controls: SessionTimeoutControls) => ReactNode) | undefined
}

const defaults: SessionTimeoutTexts = {
  title: 'Are you still there?',
  left: 'Your session ends in {time}.',
  fixed: 'It cannot be extended.',
  failed: 'The server cannot be reached.',
  stay: 'Stay signed in',
  dismiss: 'Continue',
  logout: 'Log out',
}

/**
 * Warns before the session expires, in a modal dialog that offers to stay signed in (WCAG 2.2, 2.2.1). Keys, clicks and touches
 * extend the session in steps of `touchInterval`, so an active visitor never sees the dialog. "Stay" in one tab closes the dialog
 * in all tabs. It renders class names and no styles. It needs `<SessionWatch>` beside it.
 * @example <SessionTimeout warn="2m" logout={logoutAction} />
 */
export function SessionTimeout({ warn = '2m', logout, texts, className = 'session-timeout', children }: SessionTimeoutProps) {
  const { mirror } = useProvided()
  const dialog = useRef<HTMLDialogElement>(null)
  const secondsLeft = useWarning(mirror, Number(durationSeconds(warn)))
  const isOpen = secondsLeft !== null
  useActivity(mirror, isOpen)
  useEffect(() => {
    const { current } = dialog
    if (!isOpen) current?.close()
    else if (!current?.open) current?.showModal()
  })
  const { known, failing: failed } = mirror
  const canExtend = known.idle !== null
  const stay = () => (canExtend ? mirror.ask('POST') : mirror.tell({ ...known, dismissed: true }))
  const show = (seconds: number) => {
    const controls = { secondsLeft: seconds, timeLeft: timeText(seconds), canExtend, failed, stay }
    return children
      ? children(controls)
      : content(controls, className, { ...defaults, ...texts }, known.userId ? logout : undefined)
  }
  return (
    // The browser itself keeps the focus inside a modal dialog and restores it when the dialog closes.
    <dialog
      ref={dialog}
      role="alertdialog"
      aria-labelledby={`${className}-title`}
      aria-describedby={`${className}-text`}
      className={className}
      // Escape closes the dialog. If the session cannot be extended, the dialog opens again within a second.
      onClose={() => isOpen && stay()}
    >
      {isOpen && show(secondsLeft)}
    </dialog>
  )
}

/** The text is a live region. It changes in steps, because a screen reader announces each change. */
function content(
  { timeLeft, canExtend, failed, stay }: SessionTimeoutControls,
  className: string,
  texts: SessionTimeoutTexts,
  logout: SessionTimeoutProps['logout'],
): ReactNode {
  const parts = [texts.left.replace('{time}', timeLeft), !canExtend && texts.fixed, failed && texts.failed]
  return (
    <>
      <h2 id={`${className}-title`} className={`${className}-title`}>
        {texts.title}
      </h2>
      <p id={`${className}-text`} role="status" className={`${className}-text`}>
        {parts.filter(Boolean).join(' ')}
      </p>
      <div className={`${className}-actions`}>
        <button type="button" className={`${className}-stay`} onClick={stay}>
          {canExtend ? texts.stay : texts.dismiss}
        </button>
        {logout && (
          <form action={logout}>
            <button type="submit" className={`${className}-logout`}>
              {texts.logout}
            </button>
          </form>
        )}
      </div>
    </>
  )
}
