import { Paper, Progress, SimpleGrid, Table, TableTbody, TableTd, TableTh, TableThead, TableTr, Text } from '@mantine/core'
import type { SessionStats } from '../core/administration/stats.ts'
import type { Admin } from './admin.ts'
import { Begun } from './begun.tsx'
import { Card } from './card.tsx'
import { browserCounts } from './device.ts'
import { Heading } from './heading.tsx'
import { countText, dayText, instantText, shareText } from './words.ts'

/** Figures of all sessions, drawn and in words. */
export async function figuresView({ sessions }: Admin) {
  const stats = await sessions.stats()
  return (
    <>
      <Heading view="figures" />
      <Tiles stats={stats} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Begun
          title="Begun in the last 24 hours"
          unit="Hour (UTC)"
          bars={stats.hours.map(({ at, count }) => ({ label: `${instantText(at).slice(11, 13)}:00`, count }))}
          estimated={stats.estimated}
        />
        <Begun
          title="Begun in the last 30 days"
          unit="Day (UTC)"
          bars={stats.days.map(({ at, count }) => ({ label: dayText(at), count }))}
          estimated={stats.estimated}
        />
      </SimpleGrid>
      <Browsers stats={stats} />
      <Text size="sm" c="dimmed">
        {stats.estimated && 'There are many sessions: these figures are estimated from a sample. '}
        Sessions that have ended or been cleared are no longer counted where they began.
      </Text>
    </>
  )
}

function Tiles({ stats: { active, signedIn, expired, estimated } }: { stats: SessionStats }) {
  const about = estimated ? 'about ' : ''
  const tiles = [
    ['Active now', active, 'have not expired'],
    ['Signed in', signedIn, `${shareText(signedIn, active)} of the active ones`],
    ['Anonymous', active - signedIn, `${shareText(active - signedIn, active)} of the active ones`],
    ['Expired', expired, 'not cleared yet'],
  ] as const
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} component="dl" m={0}>
      {tiles.map(([title, count, words]) => (
        <Paper withBorder p="md" key={title}>
          <Text component="dt" size="sm" c="dimmed">
            {title}
          </Text>
          <Text component="dd" m={0} fz={28} fw={650} lh={1.3}>
            {about}
            {countText(count)}
          </Text>
          <Text component="dd" m={0} size="sm" c="dimmed">
            {words}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  )
}

/** Families of browsers that are shown by themselves. */
const families = 8

function Browsers({ stats: { userAgents, estimated } }: { stats: SessionStats }) {
  const counted = browserCounts(userAgents)
  const total = counted.reduce((sum, { count }) => sum + count, 0)
  const rest = counted.slice(families).reduce((sum, { count }) => sum + count, 0)
  const shown = [...counted.slice(0, families), ...(rest > 0 ? [{ browser: 'Others', count: rest }] : [])]
  return (
    <Card title="Browsers of active sessions">
      <Table>
        <TableThead>
          <TableTr>
            <TableTh scope="col">Browser</TableTh>
            <TableTh scope="col">Sessions</TableTh>
            <TableTh scope="col" w="50%">
              Share
            </TableTh>
          </TableTr>
        </TableThead>
        <TableTbody>
          {shown.map(({ browser, count }) => (
            <TableTr key={browser}>
              <TableTh scope="row" fw="normal">
                {browser}
              </TableTh>
              <TableTd>
                {estimated && 'about '}
                {countText(count)}
              </TableTd>
              <TableTd>
                <Share percent={(count / total) * 100} text={shareText(count, total)} />
              </TableTd>
            </TableTr>
          ))}
        </TableTbody>
      </Table>
    </Card>
  )
}

function Share({ percent, text }: { percent: number; text: string }) {
  return (
    <div style={{ display: 'grid', gridTemplateColumns: '3rem 1fr', alignItems: 'center' }}>
      <span>{text}</span>
      <div aria-hidden="true">
        <Progress value={percent} size="md" />
      </div>
    </div>
  )
}
