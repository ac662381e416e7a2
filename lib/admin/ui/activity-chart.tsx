import { Table, TableTbody, TableTd, TableTh, TableThead, TableTr } from '@mantine/core'
import { formatNumber } from '../../core/administration/format.ts'
import { Bars } from './bars.tsx'
import { Card } from './elements.tsx'

interface ActivityChartProps {
  readonly title: string
  /** The period that each bar covers, such as 'Day (UTC)'. */
  readonly unit: string
  readonly bars: readonly { readonly label: string; readonly count: number }[]
  readonly estimated: boolean
}

/** Shows the number of sessions per period as a chart, and as a table for browsers without JavaScript and for screen readers. */
export function ActivityChart({ title, unit, bars, estimated }: ActivityChartProps) {
  const about = estimated ? 'about ' : ''
  const total = bars.reduce((sum, { count }) => sum + count, 0)
  return (
    <Card title={title}>
      <Bars bars={bars} label={`${title}: ${about}${formatNumber(total)}. The table below contains the numbers.`} />
      <details style={{ marginTop: '0.75rem' }}>
        <summary>
          Show as table ({about}
          {formatNumber(total)} in total)
        </summary>
        <Table>
          <TableThead>
            <TableTr>
              <TableTh scope="col">{unit}</TableTh>
              <TableTh scope="col">Sessions</TableTh>
            </TableTr>
          </TableThead>
          <TableTbody>
            {bars.map(({ label, count }) => (
              <TableTr key={label}>
                <TableTh scope="row" fw="normal">
                  {label}
                </TableTh>
                <TableTd>
                  {about}
                  {formatNumber(count)}
                </TableTd>
              </TableTr>
            ))}
          </TableTbody>
        </Table>
      </details>
    </Card>
  )
}
