'use client'

import { usePathname } from 'next/navigation.js'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Flash } from '../core/session/flash.ts'

/** The props of `<Flashes>`. */
export interface FlashesProps {
  /** The result of `session.flashes()`. */
  flashes: readonly Flash[]
  /** A server action of the app: `async (ids: string[]) => (await getSession()).acknowledgeFlashes(ids)`. */
  acknowledge: (ids: string[]) => Promise<unknown>
  /** The flashes as elements. @default a paragraph for each flash: text as it is, other values as JSON */
  children?: ReactNode
}

/**
 * The ids of flashes that have left the screen. A page that the router restores from its cache does not show them
 * again.
 */
const dismissed = new Set<string>()

/**
 * Shows flashes in a live region (`role="status"`) and acknowledges them when they are on the screen. A prefetch, or a
 * render that the visitor does not see, therefore consumes none. The flashes stay until the visitor goes to another
 * page, even if this component is part of a layout. If acknowledging fails, the next document shows them again.
 *
 * @example
 * <Flashes flashes={(await getSession()).flashes()} acknowledge={acknowledgeFlashes} />
 */
export function Flashes({ flashes, acknowledge, children }: FlashesProps) {
  const isSamePage = useSamePage(idsOf(flashes))
  const visible = isSamePage ? flashes.filter(({ id }) => !dismissed.has(id)) : []
  const visibleIds = idsOf(visible)
  const dismissal = useRef<{ readonly ids: string; readonly timer: ReturnType<typeof setTimeout> }>(undefined)
  const [, renderAgain] = useState(0)
  useEffect(() => {
    if (!visibleIds) return
    if (dismissal.current?.ids === visibleIds) clearTimeout(dismissal.current.timer)
    acknowledge(visibleIds.split(' ')).catch(() => {})
    return () => {
      // In development, React undoes each effect and runs it again. The second run clears this timer.
      const timer = setTimeout(() => {
        for (const id of visibleIds.split(' ')) dismissed.add(id)
        renderAgain((count) => count + 1)
      })
      dismissal.current = { ids: visibleIds, timer }
    }
  }, [visibleIds, acknowledge])
  return (
    <div role="status">{visible.length > 0 && (children ?? visible.map((flash) => <p key={flash.id}>{textOf(flash)}</p>))}</div>
  )
}

/**
 * Returns true while the visitor is on the page on which flashes with these ids appeared. The router does not unmount
 * layouts.
 */
function useSamePage(ids: string): boolean {
  const pathname = usePathname()
  const [appeared, setAppeared] = useState({ ids, pathname })
  if (appeared.ids !== ids) setAppeared({ ids, pathname })
  return appeared.ids !== ids || appeared.pathname === pathname
}

/** Joins the ids of flashes to a string, which React can compare. */
function idsOf(flashes: readonly Flash[]): string {
  return flashes.map(({ id }) => id).join(' ')
}

function textOf({ value }: Flash): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
