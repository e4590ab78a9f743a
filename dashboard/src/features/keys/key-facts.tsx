import { Anchor, Paper, Text, Title } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { usePermissions } from '../../api/me.ts'
import { text } from '../../lib/json-values.ts'
import { paths } from '../../lib/paths.ts'
import { Time } from '../../ui/time.tsx'
import classes from './keys.module.css'
import type { KeyDocument, KeyRow } from './queries.ts'

/** Who the key is, and when it was last seen. */
export function KeyFacts(props: {
  readonly stored: KeyDocument
  readonly row: KeyRow | undefined
  readonly username: string | undefined
}) {
  const { stored, row } = props
  const tags = Array.isArray(stored.tags) ? stored.tags.join(', ') : ''
  const facts: readonly (readonly [string, ReactNode])[] = [
    ['Last used', <Time key="used" at={row?.last_used_at} />],
    ['Expires', <Time key="expires" at={stored.expires} />],
    ['Created', <Time key="created" at={row?.created_at ?? stored.date_created} />],
    ['Changed', <Time key="changed" at={row?.updated_at} />],
    ['User name', props.username],
    ['Owner', text(stored.owner)],
    ['Tags', tags],
    ['Policies', row?.policies.length ? <Policies key="policies" policies={row.policies} /> : undefined],
    ['Client certificate', text(stored.certificate)],
  ]
  return (
    <Paper withBorder p={{ base: 'sm', sm: 'md' }} mb="md" component="section" aria-label="About this key">
      <Title order={2} size="h5" mb="sm">
        About this key
      </Title>
      <dl className={classes.facts}>
        {facts
          .filter(([, value]) => value !== '' && value !== undefined)
          .map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{typeof value === 'string' ? <Text inherit>{value}</Text> : value}</dd>
            </div>
          ))}
      </dl>
    </Paper>
  )
}

function Policies({ policies }: { readonly policies: KeyRow['policies'] }) {
  const may = usePermissions()
  if (!may('policies', 'read')) return policies.map(({ name }) => name).join(', ')
  return policies.map(({ id, name }, index) => (
    <span key={id}>
      {index > 0 && ', '}
      <Anchor inherit renderRoot={(root) => <Link to={paths.policy(id)} {...root} />}>
        {name}
      </Anchor>
    </span>
  ))
}
