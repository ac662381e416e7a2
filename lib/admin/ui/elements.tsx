import { Badge as MantineBadge, Paper, Text, Title } from '@mantine/core'
import type { ReactNode } from 'react'
import { formatRelativeTime, formatTime } from '../../core/administration/format.ts'

/** A section of the page with a heading. */
export function Card({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      {children}
    </Paper>
  )
}

/** A label that marks a session, such as 'current'. */
export function Badge({ children }: { children: string }) {
  return (
    <MantineBadge variant="outline" tt="none" style={{ minWidth: 'max-content' }}>
      {children}
    </MantineBadge>
  )
}

/** A technical value, such as an id, in a monospace font. */
export function Mono({ children }: { children: ReactNode }) {
  return (
    <Text span ff="monospace" size="sm">
      {children}
    </Text>
  )
}

/** Less important text. */
export function Dimmed({ children }: { children: ReactNode }) {
  return (
    <Text span c="dimmed" size="sm">
      {children}
    </Text>
  )
}

/** A time in UTC. With `now`, the text is relative ('3 minutes ago') and the tooltip has the time in UTC. */
export function Time({ at, now }: { at: Date; now?: Date }) {
  const text = formatTime(at)
  return (
    <time dateTime={at.toISOString()} title={text}>
      {now ? formatRelativeTime(at, now) : text}
    </time>
  )
}
