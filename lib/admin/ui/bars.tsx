'use client'

import { lazy, Suspense } from 'react'
import { useHydrated } from './hydrated.ts'

/** Loaded lazily, because the chart library is large and only the statistics need it. */
const BarDrawing = lazy(() => import('./bar-drawing.tsx'))
// The chart shrinks only after the next layout. `overflow` keeps it from widening the page until then.
const area = { height: '11rem', overflow: 'hidden' } as const

/** A bar chart. The browser draws the chart; its area is reserved from the first render. */
export function Bars({ bars, label }: { bars: readonly { readonly label: string; readonly count: number }[]; label: string }) {
  const isHydrated = useHydrated()
  return (
    <div role="img" aria-label={label} style={area}>
      <Suspense>{isHydrated && <BarDrawing bars={bars} />}</Suspense>
    </div>
  )
}
