'use client'

import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { usePathname } from 'next/navigation.js'
import { type ReactNode, useActionState, useEffect, useRef } from 'react'
import type { AdminAction, AdminState } from './admin.ts'
import { useAlive } from './alive.ts'
import { HiddenFields } from './hidden-fields.tsx'
import { countText } from './words.ts'

/** What `<ActionForm>` takes. */
interface ActionFormProps {
  readonly action: AdminAction
  /** What became of the last post, as the URL has it. */
  readonly before: AdminState
  /** Hidden fields: name and value. */
  readonly fields: readonly (readonly [string, string])[]
  /** What the button says. */
  readonly label: string
  /** About how many sessions there are to do, where it takes several posts. */
  readonly total?: number
  /** What stands beside the button. */
  readonly children?: ReactNode
}

/**
 * Posts a confirmed change. What takes long is done in several posts: with JavaScript one follows the other by itself, and without, the
 * button is pressed again. Nothing in a URL sets this going, only the button.
 */
export function ActionForm({ action, before, fields, label, total = 0, children }: ActionFormProps) {
  const [state, submit, isPending] = useActionState(action, null)
  const form = useRef<HTMLFormElement>(null)
  const isAlive = useAlive()
  // After a failure only a person goes on.
  const more = state?.problem ? null : state?.progress
  useEffect(() => {
    if (more) form.current?.requestSubmit()
  }, [more])
  const { problem, progress } = state ?? before
  const own = { path: usePathname(), script: isAlive ? 'yes' : '', done: String(progress?.done ?? ''), from: progress?.from ?? '' }
  return (
    <form action={submit} ref={form}>
      <HiddenFields fields={[...Object.entries(own), ...fields]} />
      <Stack gap="md">
        {problem && <Alert role="alert">{problemTexts[problem]}</Alert>}
        {progress && <Done done={progress.done} total={Math.max(total, progress.done)} />}
        <Group>
          <Button type="submit" loading={isPending}>
            {progress ? 'Go on' : label}
          </Button>
          {children}
        </Group>
      </Stack>
    </form>
  )
}

const problemTexts: Readonly<Record<NonNullable<AdminState['problem']>, string>> = {
  FORBIDDEN: 'This page is for admins only. Nothing was changed.',
  STORE_FAILED: 'The store did not answer. Part of it may have been done: look at the list before you try again.',
  INTERRUPTED: 'Your own session was ended or renewed meanwhile. Load the page again.',
  CONFIG_INVALID: 'Sessions that lie in their cookies cannot be ended from here.',
  UNKNOWN: 'That did not work. Load the page again, and see what is left to do.',
}

function Done({ done, total }: { done: number; total: number }) {
  return (
    <div>
      <Progress value={Math.round((done / Math.max(total, 1)) * 100)} size="lg" aria-label="Progress" />
      <Text role="status" size="sm" mt="xs">
        {countText(done)} of about {countText(total)}
      </Text>
    </div>
  )
}
