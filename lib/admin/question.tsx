import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { ActionForm } from './action-form.tsx'
import { type Address, listOf, printAddress } from './address.ts'
import type { Admin } from './admin.ts'
import { deviceText } from './device.ts'
import { QueryButton } from './link.tsx'
import { Mono } from './mono.tsx'
import type { ShownSession } from './shown.ts'
import { When } from './when.tsx'
import { shortId } from './words.ts'

/** Sessions that are named before they are ended; of the others only that there are more. */
export const named = 5

/** A question that the page asks. */
export function Question({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="lg" maw="40rem" component="section" aria-label={title}>
      <Stack gap="md">
        <Title order={1} size="h2">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  )
}

/** The way back, beside others. */
export function Cancel({ address, children = 'Cancel' }: { address: Address; children?: ReactNode }) {
  const isWord = typeof children === 'string'
  return (
    <Group>
      {!isWord && children}
      <QueryButton query={printAddress(listOf(address))} variant="default">
        {isWord ? children : 'Cancel'}
      </QueryButton>
    </Group>
  )
}

interface ConfirmedProps {
  readonly admin: Admin
  /** What the button says. */
  readonly label: string
  /** 'own': that the own session goes, too. */
  readonly confirmed?: 'yes' | 'own'
  /** About how many sessions it concerns. */
  readonly total?: number
}

/** The button that does it, and the way back. */
export function Confirmed({ admin: { address, action }, label, confirmed = 'yes', total }: ConfirmedProps) {
  const fields = [
    ['intent', address.confirm ?? ''],
    ['confirmed', confirmed],
    ['back', printAddress(listOf(address))],
    ['of', address.of],
    ...address.ids.map((id) => ['ids', id] as const),
  ] as const
  const { problem, done, from } = address
  const before = { problem, progress: done > 0 ? { done, from } : null }
  return (
    <ActionForm action={action} before={before} fields={fields} label={label} {...(total !== undefined && { total })}>
      <QueryButton query={printAddress(listOf(address))} variant="default">
        Cancel
      </QueryButton>
    </ActionForm>
  )
}

/** Which sessions a question is about. */
export async function Named({ rows, count, admin }: { rows: readonly ShownSession[]; count: number; admin: Admin }) {
  const names = await admin.userNames([...new Set(rows.flatMap(({ userId }) => userId ?? []))])
  const more = count - Math.min(named, rows.length)
  return (
    <ul style={{ margin: 0, paddingLeft: '1.1rem' }}>
      {rows.slice(0, named).map(({ id, userId, userAgent, lastSeenAt }) => (
        <Text component="li" key={id} size="sm">
          <Mono>{shortId(id)}</Mono> {userId === null ? 'anonymous' : (names.get(userId) ?? userId)}, {deviceText(userAgent)}, last
          seen <When at={lastSeenAt} now={admin.now} />
        </Text>
      ))}
      {more > 0 && (
        <Text component="li" size="sm">
          and more
        </Text>
      )}
    </ul>
  )
}
