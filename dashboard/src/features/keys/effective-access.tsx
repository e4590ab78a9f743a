import { Anchor, Box, Button, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { count } from '../../lib/numbers.ts'
import { pageLinkOf } from '../../lib/page-links.ts'
import { paths } from '../../lib/paths.ts'
import { Identifier } from '../../ui/identifier.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import classes from './keys.module.css'
import type { Access, ApiAccess, LimitInForce } from './queries.ts'
import { accessWords } from './status.ts'

/** APIs that are shown at once. */
const firstApis = 25

type AccessSource = ApiAccess['rights']
type Shown = { readonly label: string; readonly limit: LimitInForce }

/** Everything that a key may do now: each API, each limit in words, who set it, how much of it is used. */
export function EffectiveAccess(props: {
  readonly access: Access
  /** A key that is not stored yet: nothing of it is used. */
  readonly isDraft?: boolean
}) {
  const { access, isDraft = false } = props
  const own = access.organisation
  const [shownApis, setShownApis] = useState(firstApis)
  return (
    <Stack gap="md" className={isDraft ? classes.narrow : undefined}>
      {access.status !== 'open' && (
        <Group gap="xs">
          <StatusBadge {...accessWords[access.status]} />
          <Text size="sm">{sentence(access.words)}</Text>
        </Group>
      )}
      {access.apis.length === 0 && access.status === 'open' && <Text size="sm">This key opens nothing.</Text>}
      {access.apis.slice(0, shownApis).map((api) => (
        <ApiCard key={api.api_id} api={api} isDraft={isDraft} />
      ))}
      {access.apis.length > shownApis && (
        <Button variant="default" onClick={() => setShownApis(access.apis.length)}>
          Show {count(access.apis.length - shownApis)} more APIs
        </Button>
      )}
      {own !== null && (
        <Paper withBorder p="md" component="section" aria-label="Limits of the organisation">
          <Title order={3} size="h5">
            Limits of the organisation
          </Title>
          <Text size="xs" c="dimmed" mb="xs">
            Counted over all requests to its APIs
          </Text>
          <Limits
            isDraft={isDraft}
            shown={[
              { label: 'Rate', limit: own.rate },
              ...own.further_rates.map((limit) => ({ label: 'Rate, also', limit })),
              { label: 'At once', limit: own.concurrency },
              { label: 'Quota', limit: own.quota },
            ]}
          />
        </Paper>
      )}
    </Stack>
  )
}

function ApiCard({ api, isDraft }: { readonly api: ApiAccess; readonly isDraft: boolean }) {
  const may = usePermissions()
  const name = api.api_name || 'Every API of the organisation'
  const isLinked = !isDraft && api.api_id !== '' && may('apis', 'read')
  return (
    <Paper withBorder p={{ base: 'sm', sm: 'md' }} component="section" aria-label={name}>
      <Group justify="space-between" gap="xs" wrap="wrap">
        <Title order={3} size="h5" style={{ overflowWrap: 'anywhere' }}>
          {isLinked ? (
            <Anchor inherit c="inherit" renderRoot={(root) => <Link to={paths.api(api.api_id)} {...root} />}>
              {name}
            </Anchor>
          ) : (
            name
          )}
        </Title>
        <StatusBadge {...accessWords[api.status]} why={sentence(api.words)} />
      </Group>
      {!isDraft && api.api_id !== '' && (
        <Text size="xs" c="dimmed">
          <Identifier value={api.api_id} what="API ID" />
        </Text>
      )}
      {api.status !== 'open' && <Text size="sm">{sentence(api.words)}</Text>}
      <Box mt="xs">
        <Limits isDraft={isDraft} shown={limitsOf(api)} rights={api} />
      </Box>
    </Paper>
  )
}

function limitsOf(api: ApiAccess): readonly Shown[] {
  const paths = api.endpoints.flatMap((endpoint) => {
    const where = `${endpoint.method || 'Any'} ${endpoint.path}`
    const all = [endpoint.rate, ...endpoint.further_rates, ...limited([endpoint.concurrency])]
    return all.map((limit) => ({ label: where, limit }))
  })
  return [
    { label: 'Rate', limit: api.rate },
    ...api.further_rates.map((limit) => ({ label: 'Rate, also', limit })),
    ...limited([api.concurrency]).map((limit) => ({ label: 'At once', limit })),
    { label: 'Quota', limit: api.quota },
    ...paths,
    ...limited([api.api_rate, api.api_concurrency]).map((limit) => ({ label: 'All callers', limit })),
    ...api.api_endpoints.map((endpoint) => ({
      label: `All, ${endpoint.method || 'any'} ${endpoint.path}`,
      limit: endpoint.rate,
    })),
  ]
}

function limited(limits: readonly LimitInForce[]): readonly LimitInForce[] {
  return limits.filter(({ max }) => max !== null)
}

function Limits(props: {
  readonly shown: readonly Shown[]
  readonly isDraft: boolean
  readonly rights?: ApiAccess
}) {
  const { rights } = props
  return (
    <dl className={classes.limits}>
      {rights !== undefined && (
        <>
          <Words label="Versions" words={rights.versions.words} source={rights.versions.source} />
          <Words label="Paths" words={rights.allowed_urls.words} source={rights.allowed_urls.source} />
        </>
      )}
      {props.shown.map(({ label, limit }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: limits of a label have nothing but their place
        <LimitLine key={`${label} ${index}`} label={label} limit={limit} isDraft={props.isDraft} />
      ))}
      {rights?.throttle != null && (
        <Words
          label="Over the rate"
          words={`Waits ${rights.throttle.interval_seconds} s, up to ${rights.throttle.retries} times, before it is refused`}
        />
      )}
      {rights?.costs.map(({ path, method, cost, version }) => (
        <Words
          key={`${version} ${method} ${path}`}
          label="Cost"
          words={`${method || 'Any'} ${path} counts as ${count(cost)} ${cost === 1 ? 'request' : 'requests'}`}
        />
      ))}
    </dl>
  )
}

function Words(props: { readonly label: string; readonly words: string; readonly source?: AccessSource }) {
  return (
    <div className={classes.limit}>
      <dt>{props.label}</dt>
      <dd>{sentence(props.words)}</dd>
      <dd />
      <dd>{props.source !== undefined && <Source source={props.source} />}</dd>
    </div>
  )
}

function LimitLine(props: Shown & { readonly isDraft: boolean }) {
  const { label, limit, isDraft } = props
  return (
    <div className={classes.limit}>
      <dt>{label}</dt>
      <dd>
        {sentence(limit.words)}
        {limit.shared && (
          <Text size="xs" c="dimmed">
            shared by all keys of {limit.scope}
          </Text>
        )}
      </dd>
      <dd>{!isDraft && <Use label={label} limit={limit} />}</dd>
      <dd>
        <Source source={limit.source} />
      </dd>
    </div>
  )
}

function Use({ label, limit }: { readonly label: string; readonly limit: LimitInForce }) {
  const { max, used, resets_at: resets } = limit
  if (max === null || used === null) return null
  const share = max === 0 ? 100 : Math.min(100, (used / max) * 100)
  return (
    <div>
      <Progress
        value={share}
        color={share >= 90 ? 'red' : share >= 70 ? 'yellow' : 'gate'}
        aria-label={`${label} used`}
        size="sm"
        mb={2}
      />
      <Text size="xs">
        {count(used)} of {count(max)} used
        {limit.under_admission > 0 && `, ${count(limit.under_admission)} held back`}
      </Text>
      {resets !== null && (
        <Text size="xs" c="dimmed">
          renewed <Time at={resets.unix} />
        </Text>
      )}
    </div>
  )
}

/** Who set it, with the way there; the key itself is on this page. */
function Source({ source }: { readonly source: AccessSource }) {
  const [path = ''] = source.change_at
  const place = source.kind === 'key' ? undefined : pageLinkOf(path)
  const words = source.kind === 'default' ? 'not set' : source.words
  return (
    <Text size="xs" c="dimmed">
      {source.kind !== 'default' && 'by '}
      {(source.kind === 'key' || source.kind === 'organisation') && 'the '}
      {place === undefined ? (
        words
      ) : (
        <Anchor inherit renderRoot={(root) => <Link to={place.to} {...root} />}>
          {words}
        </Anchor>
      )}
    </Text>
  )
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
