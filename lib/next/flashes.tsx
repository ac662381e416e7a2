'use client'

import { usePathname } from 'next/navigation.js'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import type { Flash } from '../core/session/flash.ts'

/** What `<Flashes>` takes. */
export interface FlashesProps {
  /** What `session.flashes()` answered. */
  flashes: readonly Flash[]
  /** A server action of yours: `async (ids: string[]) => (await getSession()).acknowledgeFlashes(ids)`. */
  acknowledge: (ids: string[]) => Promise<unknown>
  /** How the flashes look. @default a paragraph each: text as it is, other values as JSON */
  children?: ReactNode
}

/** Those that were on the screen and have left it: a page that comes back out of the router's cache must not show them again. */
const left = new Set<string>()

/**
 * Shows flashes in a live region (`role="status"`), and acknowledges them once they are on the screen, so that a prefetch or a
 * render that nobody sees eats none. They stay until the visitor goes to another page, also where this stands in a layout. If
 * acknowledging fails, the next document shows them again.
 */
export function Flashes({ flashes, acknowledge, children }: FlashesProps) {
  const names = namesOf(flashes)
  const isHere = useStay(names)
  const shown = isHere ? flashes.filter(({ id }) => !left.has(id)) : []
  const onScreen = namesOf(shown)
  const leaving = useRef<{ readonly names: string; readonly timer: ReturnType<typeof setTimeout> }>(undefined)
  const [, renderAgain] = useState(0)
  useEffect(() => {
    if (!onScreen) return
    if (leaving.current?.names === onScreen) clearTimeout(leaving.current.timer)
    acknowledge(onScreen.split(' ')).catch(() => {})
    return () => {
      // Not at once: in development React takes each effect back and runs it again.
      const timer = setTimeout(() => {
        for (const id of onScreen.split(' ')) left.add(id)
        renderAgain((count) => count + 1)
      })
      leaving.current = { names: onScreen, timer }
    }
  }, [onScreen, acknowledge])
  return <div role="status">{shown.length > 0 && (children ?? shown.map((flash) => <p key={flash.id}>{textOf(flash)}</p>))}</div>
}

/** Whether the visitor is still on the page on which the flashes of these names came: the router leaves layouts as they are. */
function useStay(names: string): boolean {
  const pathname = usePathname()
  const [came, setCame] = useState({ names, pathname })
  if (came.names !== names) setCame({ names, pathname })
  return came.names !== names || came.pathname === pathname
}

function namesOf(flashes: readonly Flash[]): string {
  return flashes.map(({ id }) => id).join(' ')
}

function textOf({ value }: Flash): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
