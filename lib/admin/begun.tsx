import { Table, TableTbody, TableTd, TableTh, TableThead, TableTr } from '@mantine/core'
import { Bars } from './bars.tsx'
import { Card } from './card.tsx'
import { countText } from './words.ts'

interface BegunProps {
  readonly title: string
  /** What each bar stands for. */
  readonly unit: string
  readonly bars: readonly { readonly label: string; readonly count: number }[]
  readonly estimated: boolean
}

/** How many sessions began when: as bars, which take a script, and as a table. */
export function Begun({ title, unit, bars, estimated }: BegunProps) {
  const about = estimated ? 'about ' : ''
  const total = bars.reduce((sum, { count }) => sum + count, 0)
  return (
    <Card title={title}>
      <Bars bars={bars} label={`${title}: ${about}${countText(total)}. The table below has the numbers.`} />
      <details style={{ marginTop: '0.75rem' }}>
        <summary>
          {about}
          {countText(total)} in all, as a table
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
                  {countText(count)}
                </TableTd>
              </TableTr>
            ))}
          </TableTbody>
        </Table>
      </details>
    </Card>
  )
}
