import { BarChart } from '@mantine/charts'

/** The number of labels on the axis, which also fit on a phone. The last bar always has a label. */
const maxLabels = 5

/** The drawing of `<Bars>`. It is a default export, because `lazy` requires one. */
export default function BarDrawing({ bars }: { bars: readonly { readonly label: string; readonly count: number }[] }) {
  const step = Math.ceil(bars.length / maxLabels)
  const labels = bars.filter((_, index) => (bars.length - 1 - index) % step === 0).map(({ label }) => label)
  return (
    <BarChart
      h="100%"
      data={[...bars]}
      dataKey="label"
      series={[{ name: 'count', label: 'Sessions', color: 'var(--mantine-primary-color-filled)' }]}
      yAxisProps={{ allowDecimals: false, width: 44 }}
      xAxisProps={{ ticks: labels, interval: 0 }}
      accessibilityLayer={false}
      maxBarWidth={24}
      barChartProps={{ margin: { top: 8, right: 16 } }}
    />
  )
}
