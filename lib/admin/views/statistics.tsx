import { Paper, Progress, SimpleGrid, Table, TableTbody, TableTd, TableTh, TableThead, TableTr, Text } from '@mantine/core'
import { formatDay, formatHour, formatNumber, formatPercent } from '../../core/administration/format.ts'
import type { SessionStats } from '../../core/administration/stats.ts'
import { browserCounts } from '../queries/device.ts'
import type { AdminContext } from '../types.ts'
import { ActivityChart } from '../ui/activity-chart.tsx'
import { Card } from '../ui/elements.tsx'
import { Heading } from '../ui/heading.tsx'

/** Renders the statistics of all sessions, as charts and as tables. */
export async function statisticsView({ sessions }: AdminContext) {
  const stats = await sessions.stats()
  return (
    <>
      <Heading view="statistics" />
      <Totals stats={stats} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <ActivityChart
          title="Started in the last 24 hours"
          unit="Hour (UTC)"
          bars={stats.hours.map(({ at, count }) => ({ label: formatHour(at), count }))}
          estimated={stats.estimated}
        />
        <ActivityChart
          title="Started in the last 30 days"
          unit="Day (UTC)"
          bars={stats.days.map(({ at, count }) => ({ label: formatDay(at), count }))}
          estimated={stats.estimated}
        />
      </SimpleGrid>
      <Browsers stats={stats} />
      <Text size="sm" c="dimmed">
        {stats.estimated && 'There are many sessions. These numbers are estimated from a sample. '}
        The charts do not include sessions that have been revoked, logged out or deleted.
      </Text>
    </>
  )
}

function Totals({ stats: { active, signedIn, expired, estimated } }: { stats: SessionStats }) {
  const about = estimated ? 'about ' : ''
  const totals = [
    ['Active', active, 'not expired'],
    ['Signed in', signedIn, `${formatPercent(signedIn, active)} of active sessions`],
    ['Anonymous', active - signedIn, `${formatPercent(active - signedIn, active)} of active sessions`],
    ['Expired', expired, 'not deleted yet'],
  ] as const
  return (
    <SimpleGrid cols={{ base: 2, md: 4 }} component="dl" m={0}>
      {totals.map(([title, count, note]) => (
        <Paper withBorder p="md" key={title}>
          <Text component="dt" size="sm" c="dimmed">
            {title}
          </Text>
          <Text component="dd" m={0} fz={28} fw={650} lh={1.3}>
            {about}
            {formatNumber(count)}
          </Text>
          <Text component="dd" m={0} size="sm" c="dimmed">
            {note}
          </Text>
        </Paper>
      ))}
    </SimpleGrid>
  )
}

/** The number of browsers with a row of their own. All other browsers share one row. */
const maxBrowsers = 8

function Browsers({ stats: { userAgents, estimated } }: { stats: SessionStats }) {
  const counts = browserCounts(userAgents)
  const total = counts.reduce((sum, { count }) => sum + count, 0)
  const rest = counts.slice(maxBrowsers).reduce((sum, { count }) => sum + count, 0)
  const rows = [...counts.slice(0, maxBrowsers), ...(rest > 0 ? [{ browser: 'Others', count: rest }] : [])]
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
          {rows.map(({ browser, count }) => (
            <TableTr key={browser}>
              <TableTh scope="row" fw="normal">
                {browser}
              </TableTh>
              <TableTd>
                {estimated && 'about '}
                {formatNumber(count)}
              </TableTd>
              <TableTd>
                <Share percent={(count / total) * 100} text={formatPercent(count, total)} />
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
