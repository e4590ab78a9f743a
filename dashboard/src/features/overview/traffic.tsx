import { Box, Code, Group, Paper, SegmentedControl, Skeleton, Table, Text, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useMe } from '../../api/me.ts'
import { count } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorBox } from '../../ui/error-box.tsx'
import { useListState } from '../../ui/list-state.ts'
import { Time } from '../../ui/time.tsx'
import classes from './overview.module.css'
import { busiestQuery, newestApiQuery, type Span, type Traffic, trafficQuery } from './queries.ts'
import { spanOf, spans } from './spans.ts'
import { latency, percent, perSecond, refusalReasons, refusedIn } from './traffic-words.ts'

const TrafficChart = lazy(async () => ({ default: (await import('./traffic-chart.tsx')).TrafficChart }))

/** The traffic until now: numbers, a chart by outcome, why requests were refused, the busiest APIs. */
export function TrafficNow() {
  const state = useListState()
  const span = spanOf(state.filter('span'))
  const { data, error, refetch } = useQuery(trafficQuery(span))
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} component="section" aria-label="Traffic now">
      <Group justify="space-between" mb="md" gap="xs">
        <Title order={2} size="h4">
          Traffic now
        </Title>
        <SegmentedControl
          size="xs"
          aria-label="Stretch of time"
          data={Object.entries(spans).map(([value, { label }]) => ({ value, label }))}
          value={span}
          onChange={(next) => state.change({ span: next })}
        />
      </Group>
      {data === undefined && error !== null ? (
        <ErrorBox error={error} onRetry={refetch} />
      ) : data === undefined ? (
        <Skeleton h={330} aria-label="Loading" />
      ) : (
        <>
          <Figures traffic={data} />
          <Box mt="md" mih={220}>
            {data.totals.requests === 0 ? (
              <NoTraffic span={span} since={data.recording_since} />
            ) : (
              <Suspense fallback={<Skeleton h={220} aria-label="Loading the chart" />}>
                <TrafficChart
                  traffic={data}
                  label={`Requests in ${spans[span].words}, by what became of them`}
                />
              </Suspense>
            )}
          </Box>
          {data.totals.requests > 0 && (
            <div className={classes.lower}>
              <Busiest span={span} />
              <Reasons traffic={data} />
            </div>
          )}
        </>
      )}
    </Paper>
  )
}

function Figures({ traffic: { totals } }: { readonly traffic: Traffic }) {
  return (
    <dl className={classes.figures}>
      <Figure label="Requests" value={count(totals.requests)} />
      <Figure label="Each second" value={perSecond(totals.requests_per_second)} />
      <Figure label="Error rate" value={percent(totals.error_rate)} more="5xx" />
      <Figure label="Median" value={latency(totals.p50_ms)} />
      <Figure label="95th percentile" value={latency(totals.p95_ms)} />
      <Figure label="Refused" value={count(refusedIn(totals))} more={percent(totals.refused_rate)} />
    </dl>
  )
}

function Figure(props: { readonly label: string; readonly value: string; readonly more?: string }) {
  return (
    <div>
      <dt>{props.label}</dt>
      <dd>
        {props.value} {props.more !== undefined && <small>{props.more}</small>}
      </dd>
    </div>
  )
}

/** Nothing came: since when that is known, and a call that would be seen here. */
function NoTraffic({ span, since }: { readonly span: Span; readonly since: number }) {
  const { gateway_url: gateway, may } = useMe()
  const mayReadApis = may.apis?.read === true
  const { data: api } = useQuery({ ...newestApiQuery, enabled: mayReadApis })
  const call = api == null ? undefined : `curl ${gateway}${api.listenPath} -H "Authorization: $KEY"`
  return (
    <Box ta="center" py="lg">
      <Text fw={600}>No request in {spans[span].words}</Text>
      <Text size="sm" c="dimmed" mt={4}>
        Requests to the gateway show up here within a second. Recording began <Time at={since} />.
      </Text>
      {call !== undefined && (
        <Group gap={6} justify="center" mt="md" wrap="nowrap">
          <Code p="xs" fz="sm" style={{ overflowWrap: 'anywhere' }}>
            {call}
          </Code>
          <CopyButton value={call} what="command" />
        </Group>
      )}
    </Box>
  )
}

function Busiest({ span }: { readonly span: Span }) {
  const { data = [] } = useQuery(busiestQuery(span))
  const shown = data.filter(({ requests }) => requests > 0).slice(0, maxBusiest)
  if (shown.length === 0) return <div />
  return (
    <div className={classes.busiest}>
      <Title order={3} size="h6" mb={4}>
        Busiest APIs
      </Title>
      <Table aria-label="Busiest APIs" horizontalSpacing="xs" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">API</Table.Th>
            <Table.Th scope="col" ta="right">
              Requests
            </Table.Th>
            <Table.Th scope="col" ta="right">
              5xx
            </Table.Th>
            <Table.Th scope="col" ta="right">
              p95
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {shown.map((api) => (
            <Table.Tr key={api.api_id}>
              <Table.Td>
                {api.name === '' ? (
                  <Text span inherit c="dimmed">
                    deleted since
                  </Text>
                ) : (
                  <Link to={paths.api(api.api_id)}>{api.name}</Link>
                )}
              </Table.Td>
              <Table.Td ta="right">{count(api.requests)}</Table.Td>
              <Table.Td ta="right">{percent(api.error_rate)}</Table.Td>
              <Table.Td ta="right">{latency(api.p95_ms)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

const maxBusiest = 5

function Reasons({ traffic: { totals } }: { readonly traffic: Traffic }) {
  const reasons = refusalReasons(totals)
  const all = refusedIn(totals)
  return (
    <div>
      <Title order={3} size="h6" mb="xs">
        Why requests were refused
      </Title>
      {reasons.length === 0 ? (
        <Text size="sm" c="dimmed">
          None was.
        </Text>
      ) : (
        <>
          <dl className={classes.reasons}>
            {reasons.map((reason) => (
              <div key={reason.reason}>
                <dt>{reason.reason}</dt>
                <dd>{count(reason.count)}</dd>
                <dd className={classes.bar} aria-hidden="true">
                  <span style={{ width: `${(reason.count / all) * 100}%` }} />
                </dd>
              </div>
            ))}
          </dl>
          <Text size="sm" mt="sm">
            <Link to={paths.explain()} style={{ color: 'var(--link)' }}>
              Explain one of them
            </Link>
          </Text>
        </>
      )}
    </div>
  )
}
