'use client'

import { lazy, Suspense } from 'react'
import { useAlive } from './alive.ts'

/** The drawing is large, and only this view needs it. */
const BarDrawing = lazy(() => import('./bar-drawing.tsx'))
// A drawing learns only after a layout that its room has become narrower: until then it must not widen the page.
const room = { height: '11rem', overflow: 'hidden' } as const

/** Bars over time. They are drawn in the browser; their room is there from the first. */
export function Bars({ bars, label }: { bars: readonly { readonly label: string; readonly count: number }[]; label: string }) {
  const isAlive = useAlive()
  return (
    <div role="img" aria-label={label} style={room}>
      <Suspense>{isAlive && <BarDrawing bars={bars} />}</Suspense>
    </div>
  )
}
