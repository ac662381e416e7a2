import { Group, Paper, Stack, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { shortId } from '../../core/administration/format.ts'
import { type Address, listAddress, printAddress } from '../address.ts'
import type { NamedSessions } from '../queries/confirmation.ts'
import { deviceText } from '../queries/device.ts'
import type { AdminContext } from '../types.ts'
import { ActionForm } from '../ui/action-form.tsx'
import { Mono, Time } from '../ui/elements.tsx'
import { QueryButton } from '../ui/link.tsx'

/** The frame of a confirmation page. */
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

/**
 * The link back to the list. If the children are a text, it replaces the label of the button; other children are shown before the
 * button.
 */
export function Cancel({ address, children = 'Cancel' }: { address: Address; children?: ReactNode }) {
  const isLabel = typeof children === 'string'
  return (
    <Group>
      {!isLabel && children}
      <QueryButton query={printAddress(listAddress(address))} variant="default">
        {isLabel ? children : 'Cancel'}
      </QueryButton>
    </Group>
  )
}

interface ConfirmFormProps {
  readonly admin: AdminContext
  /** The label of the button. */
  readonly label: string
  /** 'current': the admin has confirmed that the current session is revoked, too. @default 'yes' */
  readonly confirmed?: 'yes' | 'current'
  /** The approximate number of sessions. */
  readonly total?: number
}

/** The form that posts the operation of the address, and the link back to the list. */
export function ConfirmForm({ admin: { address, action }, label, confirmed = 'yes', total }: ConfirmFormProps) {
  const fields = [
    ['operation', address.confirm ?? ''],
    ['confirmed', confirmed],
    ['back', printAddress(listAddress(address))],
    ['targetUser', address.targetUser],
    ...address.ids.map((id) => ['ids', id] as const),
  ] as const
  const { problem, done, from } = address
  const before = { problem, progress: done > 0 ? { done, from } : null }
  return (
    <ActionForm action={action} before={before} fields={fields} label={label} {...(total !== undefined && { total })}>
      <QueryButton query={printAddress(listAddress(address))} variant="default">
        Cancel
      </QueryButton>
    </ActionForm>
  )
}

/** Names the sessions that an operation affects. */
export function SessionNames({ sessions: { rows, hasMore, names }, now }: { sessions: NamedSessions; now: Date }) {
  return (
    <ul style={{ margin: 0, paddingLeft: '1.1rem' }}>
      {rows.map(({ id, userId, userAgent, lastSeenAt }) => (
        <Text component="li" key={id} size="sm">
          <Mono>{shortId(id)}</Mono> {userId === null ? 'anonymous' : (names.get(userId) ?? userId)}, {deviceText(userAgent)}, last
          seen <Time at={lastSeenAt} now={now} />
        </Text>
      ))}
      {hasMore && (
        <Text component="li" size="sm">
          and more
        </Text>
      )}
    </ul>
  )
}
