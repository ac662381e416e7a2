'use client'

import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { usePathname } from 'next/navigation.js'
import { type ReactNode, useActionState, useEffect, useRef, useState } from 'react'
import { formatNumber } from '../../core/administration/format.ts'
import type { AdminAction, AdminState } from '../types.ts'
import { HiddenFields } from './hidden-fields.tsx'
import { useHydrated } from './hydrated.ts'

/** The props of `<ActionForm>`. */
interface ActionFormProps {
  readonly action: AdminAction
  /** The result of the last post, from the URL. */
  readonly before: AdminState
  /** Hidden fields: name and value. */
  readonly fields: readonly (readonly [string, string])[]
  /** The label of the button. */
  readonly label: string
  /** The approximate number of sessions, for an operation that takes several posts. */
  readonly total?: number
  /** Elements next to the button. */
  readonly children?: ReactNode
}

/**
 * Posts a confirmed operation. A long operation takes several posts: JavaScript sends them one after the other; without
 * JavaScript, the admin presses the button again. Only the button starts an operation, never a URL.
 */
export function ActionForm({ action, before, fields, label, total = 0, children }: ActionFormProps) {
  const [state, submit, isPending] = useActionState(action, null)
  // Each post renders the page again, with the number of sessions that are left.
  const [firstTotal] = useState(total)
  const form = useRef<HTMLFormElement>(null)
  const isHydrated = useHydrated()
  // After a failure the form waits for the admin to press the button.
  const next = state?.problem ? null : state?.progress
  useEffect(() => {
    if (next) form.current?.requestSubmit()
  }, [next])
  const { problem, progress } = state ?? before
  const script = isHydrated ? 'yes' : ''
  const stateFields = { path: usePathname(), script, done: String(progress?.done ?? ''), from: progress?.from ?? '' }
  return (
    <form action={submit} ref={form}>
      <HiddenFields fields={[...Object.entries(stateFields), ...fields]} />
      <Stack gap="md">
        {problem && <Alert role="alert">{problemTexts[problem]}</Alert>}
        {progress && <ProgressBar done={progress.done} total={Math.max(firstTotal, progress.done)} />}
        <Group>
          <Button type="submit" loading={isPending}>
            {progress ? 'Continue' : label}
          </Button>
          {children}
        </Group>
      </Stack>
    </form>
  )
}

const problemTexts: Readonly<Record<NonNullable<AdminState['problem']>, string>> = {
  FORBIDDEN: 'This page is for admins only. Nothing was changed.',
  STORE_FAILED: 'The session store failed. Some sessions may already have been removed. Check the list before you try again.',
  INTERRUPTED: 'Your own session was revoked or renewed in the meantime. Reload the page.',
  CONFIG_INVALID: 'Sessions that are stored in cookies cannot be revoked here.',
  UNKNOWN: 'The operation failed. Reload the page and check which sessions are left.',
}

function ProgressBar({ done, total }: { done: number; total: number }) {
  return (
    <div>
      <Progress value={Math.round((done / Math.max(total, 1)) * 100)} size="lg" aria-label="Progress" />
      <Text role="status" size="sm" mt="xs">
        {formatNumber(done)} of about {formatNumber(total)}
      </Text>
    </div>
  )
}
