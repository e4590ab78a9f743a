import { Button, Code, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core'
import { IconCircleCheck, IconCircleX, IconPencil } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { count } from '../../lib/numbers.ts'
import { pageLinkOf } from '../../lib/page-links.ts'
import { paths } from '../../lib/paths.ts'
import { Identifier } from '../../ui/identifier.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import classes from './explain.module.css'
import type { Explanation } from './queries.ts'
import { questionOf } from './step-words.ts'

/** Everything that is known of a refused request: what came back, the way it took, the rule, and where to change it. */
export function ExplanationView({ explanation }: { readonly explanation: Explanation }) {
  return (
    <div className={classes.columns}>
      <Stack gap="md">
        <Verdict explanation={explanation} />
        <Trace explanation={explanation} />
      </Stack>
      <Stack gap="md">
        <Rule explanation={explanation} />
        {explanation.limit !== null && <LimitThen limit={explanation.limit} />}
        <Facts explanation={explanation} />
      </Stack>
    </div>
  )
}

function Verdict({ explanation }: { readonly explanation: Explanation }) {
  const { status, words, method, path, message, at } = explanation
  const isFailure = status >= 500
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} component="section" aria-label="What happened">
      <Group gap="xs" mb="xs">
        <StatusBadge tone={isFailure ? 'warn' : 'bad'} word={isFailure ? 'Failed' : 'Refused'} />
        <Text size="sm" c="dimmed">
          <Time at={at.unix} />
        </Text>
      </Group>
      <Title order={2} size="h4" style={{ overflowWrap: 'anywhere' }}>
        <code>
          {method} {path}
        </code>
      </Title>
      <Text mt="xs">{inWords(words)}</Text>
      <Text size="sm" c="dimmed" mt="md" mb={4}>
        What the client got
      </Text>
      <Code block>{`${status}\n${message}`}</Code>
    </Paper>
  )
}

/** Field names stand between backticks. */
function inWords(words: string) {
  return words.split('`').map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence have nothing but their place
    index % 2 === 1 ? <code key={index}>{part}</code> : part,
  )
}

function Trace({ explanation: { trace } }: { readonly explanation: Explanation }) {
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} component="section" aria-label="Step by step">
      <Title order={2} size="h4" mb="md">
        Step by step
      </Title>
      <ol className={classes.trace}>
        {trace.map(({ step, detail, outcome }) => {
          const isDecided = outcome === 'decided'
          const Icon = isDecided ? IconCircleX : IconCircleCheck
          return (
            <li key={`${step} ${detail}`} className={classes.traceStep} data-decided={isDecided}>
              <Icon
                size={24}
                stroke={1.7}
                role="img"
                aria-label={isDecided ? 'Decided here:' : 'Passed:'}
                color={isDecided ? 'var(--mantine-color-error)' : 'var(--link)'}
              />
              <div>
                <Text size="sm" fw={isDecided ? 650 : 500}>
                  {questionOf(step)}
                </Text>
                <Text size="sm" c={isDecided ? undefined : 'dimmed'} style={{ overflowWrap: 'anywhere' }}>
                  {detail}
                </Text>
              </div>
            </li>
          )
        })}
      </ol>
    </Paper>
  )
}

function Rule({ explanation: { rule } }: { readonly explanation: Explanation }) {
  const places = rule.change_at.flatMap((path) => pageLinkOf(path) ?? [])
  const isElsewhere = places.length === 0 && rule.change_at.length > 0
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} component="section" aria-label="The rule that decided">
      <Title order={2} size="h4">
        The rule that decided
      </Title>
      <Text mt={4} style={{ overflowWrap: 'anywhere' }}>
        {capitalised(rule.words)}
      </Text>
      {isElsewhere && (
        <Text size="sm" c="dimmed" mt="xs">
          The operator of this installation changes it.
        </Text>
      )}
      {places.length > 0 && (
        <Group gap="xs" mt="md">
          {places.map(({ label, to }) => (
            <Button
              key={to}
              size="xs"
              variant="default"
              leftSection={<IconPencil size={15} />}
              renderRoot={(root) => <Link to={to} {...root} />}
            >
              {label}
            </Button>
          ))}
        </Group>
      )}
    </Paper>
  )
}

function LimitThen({ limit }: { readonly limit: NonNullable<Explanation['limit']> }) {
  const { words, scope, source, used, max, resets_at: resets, retry_at: retry } = limit
  const share = max === 0 ? 100 : Math.min(100, (used / max) * 100)
  return (
    <Paper
      withBorder
      p={{ base: 'md', sm: 'lg' }}
      component="section"
      aria-label="The limit, as it stood then"
    >
      <Title order={2} size="h4">
        The limit, as it stood then
      </Title>
      <Text mt={4}>{capitalised(words)}</Text>
      <Progress value={share} color="red" mt="sm" mb={4} aria-label="Used of the limit" />
      <Text size="sm" c="dimmed" mb="sm">
        {count(used)} of {count(max)} used
      </Text>
      <dl className={classes.facts}>
        <div>
          <dt>Counted for</dt>
          <dd>{scope}</dd>
        </div>
        <div>
          <dt>Set by</dt>
          <dd>{source}</dd>
        </div>
        {retry !== null && (
          <div>
            <dt>May pass</dt>
            <dd>
              <Time at={retry.unix} />
            </dd>
          </div>
        )}
        {resets !== null && (
          <div>
            <dt>All anew</dt>
            <dd>
              <Time at={resets.unix} />
            </dd>
          </div>
        )}
      </dl>
    </Paper>
  )
}

function Facts({ explanation }: { readonly explanation: Explanation }) {
  const { api, key_hash: key, request_id: id, code } = explanation
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} component="section" aria-label="The request">
      <Title order={2} size="h4" mb="sm">
        The request
      </Title>
      <dl className={classes.facts}>
        <div>
          <dt>Request id</dt>
          <dd>
            <Identifier value={id} what="request id" />
          </dd>
        </div>
        <div>
          <dt>API</dt>
          <dd>
            {api === null ? (
              'none was reached'
            ) : (
              <Link to={paths.api(api.id)}>{api.name || 'deleted since'}</Link>
            )}
          </dd>
        </div>
        <div>
          <dt>Key</dt>
          <dd>{key === null ? 'none was recognised' : <Link to={paths.key(key)}>{key}</Link>}</dd>
        </div>
        <div>
          <dt>Code</dt>
          <dd>
            <code>{code}</code>
          </dd>
        </div>
      </dl>
    </Paper>
  )
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
