import { BarChart } from '@mantine/charts'

/** The drawing of `<Bars>`. It is a default export, because `lazy` requires one. */
export default function BarDrawing({ bars }: { bars: readonly { readonly label: string; readonly count: number }[] }) {
  return (
    <BarChart
      h="100%"
      data={[...bars]}
      dataKey="label"
      series={[{ name: 'count', label: 'Sessions', color: 'var(--mantine-primary-color-filled)' }]}
      yAxisProps={{ allowDecimals: false, width: 44 }}
      xAxisProps={{ interval: 'preserveStartEnd', minTickGap: 24 }}
      accessibilityLayer={false}
      maxBarWidth={24}
      barChartProps={{ margin: { top: 8 } }}
    />
  )
}
