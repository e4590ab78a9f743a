import { Paper, Text, Title } from '@mantine/core'
import { IconAlertOctagon, IconAlertTriangle, IconCheck, IconInfoCircle } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { count } from '../../lib/numbers.ts'
import { Time } from '../../ui/time.tsx'
import { type Attention, attentionOf } from './attention.ts'
import classes from './overview.module.css'
import type { Concern } from './queries.ts'

const urgencies = {
  high: { icon: IconAlertOctagon, color: 'var(--mantine-color-error)', word: 'Urgent:' },
  middle: { icon: IconAlertTriangle, color: 'var(--mantine-color-yellow-7)', word: 'Soon:' },
  low: { icon: IconInfoCircle, color: 'var(--mantine-color-dimmed)', word: 'For information:' },
} as const

/** What needs attention, the most urgent first; each line leads to the page where it is mended. */
export function AttentionList({ concerns }: { readonly concerns: readonly Concern[] }) {
  const order = Object.keys(urgencies)
  const sorted = concerns
    .map((concern) => ({ kind: concern.kind, attention: attentionOf(concern) }))
    .sort((a, b) => order.indexOf(a.attention.urgency) - order.indexOf(b.attention.urgency))
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} component="section" aria-label="Needs attention">
      <Title order={2} size="h4" mb={concerns.length === 0 ? 'xs' : 4}>
        Needs attention
      </Title>
      {concerns.length === 0 ? (
        <Text size="sm" c="dimmed" style={{ display: 'flex', gap: 6, alignItems: 'center' }}>
          <IconCheck size={16} /> Nothing does.
        </Text>
      ) : (
        <ul className={classes.concerns}>
          {sorted.map(({ kind, attention }) => (
            <Line key={kind} attention={attention} />
          ))}
        </ul>
      )}
    </Paper>
  )
}

function Line({ attention }: { readonly attention: Attention }) {
  const { icon: Icon, color, word } = urgencies[attention.urgency]
  const { all, more, mentions } = attention
  return (
    <li className={classes.concern}>
      <Icon size={19} color={color} aria-label={word} role="img" />
      <div>
        <Text size="sm" fw={600}>
          {attention.title}
        </Text>
        <Text size="xs" c="dimmed">
          {attention.about}
        </Text>
        <ul className={classes.mentions}>
          {mentions.map((mention) => (
            <li key={mention.id}>
              <Link to={mention.to}>{mention.name}</Link>
              {(mention.note !== undefined || mention.expires !== undefined) && (
                <span className={classes.note}>{mention.note ?? <Time at={mention.expires} />}</span>
              )}
            </li>
          ))}
          {more > 0 && (
            <li>
              {all === undefined ? (
                <span className={classes.note}>and {count(more)} more</span>
              ) : (
                <Link to={all.to} search={all.search ?? {}}>
                  and {count(more)} more
                </Link>
              )}
            </li>
          )}
        </ul>
      </div>
    </li>
  )
}
