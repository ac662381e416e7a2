'use client'

import { useCallback } from 'react'
import type { Flash } from '../../core/session/flash.ts'
import { Flashes } from '../../next/flashes.tsx'
import type { AdminAction } from '../types.ts'

/** Shows the flashes of the session and acknowledges them with the admin's action. For apps that do not show flashes themselves. */
export function FlashMessages({ flashes, action }: { flashes: readonly Flash[]; action: AdminAction }) {
  const acknowledge = useCallback(
    (ids: string[]) => {
      const form = new FormData()
      form.set('operation', 'acknowledge')
      for (const id of ids) form.append('flashes', id)
      return action(null, form)
    },
    [action],
  )
  return <Flashes flashes={flashes} acknowledge={acknowledge} />
}
