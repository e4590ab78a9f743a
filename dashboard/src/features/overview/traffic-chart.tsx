import '@mantine/charts/styles.css'
import { BarChart } from '@mantine/charts'
import { getThemeColor, useComputedColorScheme, useMantineTheme } from '@mantine/core'
import { count, shortCount } from '../../lib/numbers.ts'
import classes from './overview.module.css'
import type { Traffic } from './queries.ts'
import { clock, type Outcomes, outcomeLabels, outcomesOf } from './traffic-words.ts'

const shades: Readonly<Record<'light' | 'dark', Readonly<Record<keyof Outcomes, string>>>> = {
  light: {
    answered: 'gate.5',
    refused: 'yellow.6',
    clientErrors: 'orange.7',
    serverErrors: 'red.7',
    other: 'gray.5',
  },
  dark: {
    answered: 'gate.4',
    refused: 'yellow.5',
    clientErrors: 'orange.5',
    serverErrors: 'red.5',
    other: 'gray.6',
  },
}
const outcomes = Object.keys(outcomeLabels) as readonly (keyof Outcomes)[]

/** The traffic as a pile of outcomes for each step of time. Fetched lazily: the library that draws it is large. */
export function TrafficChart({ traffic, label }: { readonly traffic: Traffic; readonly label: string }) {
  const theme = useMantineTheme()
  const scheme = useComputedColorScheme('light')
  const data = traffic.points.map((point) => ({ at: clock(point.t, traffic.step), ...outcomesOf(point) }))
  // What did not happen need not stand in the legend, but for the usual.
  const shown = outcomes.filter((name) => name === 'answered' || data.some((point) => point[name] > 0))
  return (
    <>
      <ul className={classes.legend} aria-hidden="true">
        {shown.map((name) => (
          <li key={name}>
            <span style={{ background: getThemeColor(shades[scheme][name], theme) }} />
            {outcomeLabels[name]}
          </li>
        ))}
      </ul>
      <BarChart
        h={220}
        role="img"
        aria-label={label}
        data={data}
        dataKey="at"
        type="stacked"
        series={shown.map((name) => ({
          name,
          label: outcomeLabels[name],
          color: shades[scheme][name],
        }))}
        gridAxis="x"
        tickLine="none"
        xAxisProps={{ minTickGap: 48, interval: 'preserveStartEnd' }}
        yAxisProps={{ width: 44, allowDecimals: false, tickFormatter: (value: number) => shortCount(value) }}
        valueFormatter={count}
        barProps={{ isAnimationActive: false }}
        barChartProps={{ barCategoryGap: '18%' }}
        accessibilityLayer={false}
      />
    </>
  )
}
