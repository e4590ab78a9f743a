import { Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useMe, usePermissions } from '../../api/me.ts'
import { count } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { AttentionList } from './attention-list.tsx'
import { FirstSteps } from './checklist.tsx'
import { DemoNote } from './demo-note.tsx'
import classes from './overview.module.css'
import { type Overview, overviewQuery } from './queries.ts'
import { TrafficNow } from './traffic.tsx'

/** The start page. */
export function OverviewPage() {
  const { organisation } = useMe()
  const may = usePermissions()
  const { data, error, refetch } = useQuery(overviewQuery)
  const ofWhom = organisation === null ? 'All organisations of this gateway' : organisation.name
  return (
    <>
      <PageHeader title="Overview" about={ofWhom} />
      {data === undefined && error !== null && <ErrorBox error={error} onRetry={refetch} />}
      {data === undefined && error === null && <Skeleton h={150} mb="md" aria-label="Loading" />}
      {data !== undefined && (
        <>
          <Counts counts={data.counts} />
          <FirstSteps checklist={data.checklist} />
          {data.demo !== null && <DemoNote demo={data.demo} />}
        </>
      )}
      <div className={may('analytics', 'read') ? classes.columns : undefined}>
        <div className={classes.attention}>
          {data === undefined ? (
            <Skeleton h={220} aria-label="Loading" />
          ) : (
            <AttentionList concerns={data.attention} />
          )}
        </div>
        {may('analytics', 'read') && <TrafficNow />}
      </div>
    </>
  )
}

/** How many of everything there are; each leads to its list. */
function Counts({ counts }: { readonly counts: Overview['counts'] }) {
  const shown = (['apis', 'keys', 'policies', 'users'] as const).flatMap((resource) => {
    const value = counts[resource]
    return value === null ? [] : [{ resource, value }]
  })
  if (shown.length === 0) return null
  return (
    <ul className={classes.counts} aria-label="How many there are">
      {shown.map(({ resource, value }) => (
        <li key={resource}>
          <Link to={paths[resource]()}>
            <b>{count(value)}</b> {value === 1 ? resourceWords[resource].one : resourceWords[resource].many}
          </Link>
        </li>
      ))}
    </ul>
  )
}

const resourceWords = {
  apis: { one: 'API', many: 'APIs' },
  keys: { one: 'key', many: 'keys' },
  policies: { one: 'policy', many: 'policies' },
  users: { one: 'user', many: 'users' },
} as const
