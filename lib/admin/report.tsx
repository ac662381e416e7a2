'use client'

import { useCallback } from 'react'
import type { Flash } from '../core/session/flash.ts'
import { Flashes } from '../next/flashes.tsx'
import type { AdminAction } from './admin.ts'

/** What the last action has to say, for apps that show no flashes by themselves. */
export function Report({ flashes, action }: { flashes: readonly Flash[]; action: AdminAction }) {
  const acknowledge = useCallback(
    (ids: string[]) => {
      const form = new FormData()
      form.set('intent', 'acknowledge')
      for (const id of ids) form.append('flashes', id)
      return action(null, form)
    },
    [action],
  )
  return <Flashes flashes={flashes} acknowledge={acknowledge} />
}
