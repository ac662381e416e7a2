import { Timeline as Line, Text, TimelineItem } from '@mantine/core'
import { Card } from './card.tsx'
import type { ShownSession } from './shown.ts'
import { When } from './when.tsx'
import { relativeText } from './words.ts'

/** What a session has lived through, and when it ends. */
export function Timeline({ row, now }: { row: ShownSession; now: Date }) {
  const events = [
    { title: 'Created', at: row.createdAt },
    { title: 'Logged in', at: row.authenticatedAt },
    { title: 'Last seen', at: row.lastSeenAt },
    { title: row.active ? 'Expires' : 'Expired', at: row.expiresAt },
  ].flatMap(({ title, at }) => (at ? [{ title, at }] : []))
  events.sort((a, b) => a.at.getTime() - b.at.getTime())
  const past = row.active ? events.length - 2 : events.length - 1
  return (
    <Card title="Timeline">
      <Line active={past} bulletSize={14} lineWidth={2}>
        {events.map(({ title, at }) => (
          <TimelineItem key={title} title={title}>
            <Text size="sm" c="dimmed">
              <When at={at} />, {relativeText(at, now)}
            </Text>
          </TimelineItem>
        ))}
      </Line>
    </Card>
  )
}
