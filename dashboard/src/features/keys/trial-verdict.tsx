import { Anchor, Code, Collapse, Group, Paper, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import type { TrialResult } from '../../api/trial.ts'
import { count } from '../../lib/numbers.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx'
import classes from './keys.module.css'

const outcomes: Readonly<
  Record<TrialResult['verdict']['outcome'], { readonly tone: Tone; readonly word: string }>
> = {
  passed: { tone: 'good', word: 'Passed' },
  refused: { tone: 'bad', word: 'Refused' },
  failed: { tone: 'warn', word: 'Failed' },
}

/** What came back, and what the gate decided, step by step. */
export function TrialVerdict({ result }: { readonly result: TrialResult }) {
  const { response, verdict } = result
  const [opened, { toggle }] = useDisclosure(verdict.outcome !== 'passed')
  return (
    <Paper withBorder p="sm" component="section" aria-label="Verdict">
      <Stack gap="xs">
        <Group gap="xs">
          <StatusBadge {...outcomes[verdict.outcome]} />
          {response === null ? (
            <Text size="sm" fw={600}>
              Nothing was sent
            </Text>
          ) : (
            <Text size="sm" fw={600}>
              {response.status} in {count(Math.round(result.duration_ms ?? 0))} ms
            </Text>
          )}
        </Group>
        <Text size="sm">{verdict.words}</Text>
        {verdict.not_judged.length > 0 && (
          <Text size="sm" c="dimmed">
            Not judged here: {verdict.not_judged.join(', ')}
          </Text>
        )}
        {verdict.rule !== null && (
          <Text size="sm" c="dimmed">
            The rule that decided: {verdict.rule.words}
          </Text>
        )}
        <div>
          <Anchor component="button" type="button" size="sm" onClick={toggle} aria-expanded={opened}>
            How the gate judged it
          </Anchor>
          <Collapse expanded={opened}>
            <ol className={classes.trace}>
              {verdict.trace.map(({ step, detail, outcome }) => (
                <li key={`${step} ${detail}`}>
                  <b>{step}</b> {detail}
                  {outcome === 'decided' && ' (decided here)'}
                </li>
              ))}
            </ol>
          </Collapse>
        </div>
        {response !== null && response.body !== '' && (
          <Code block className={classes.code} aria-label="Reply" tabIndex={0}>
            {response.body_encoding === 'utf8' ? response.body : `${count(response.body_bytes)} bytes`}
            {response.truncated ? '…' : ''}
          </Code>
        )}
        {result.request_id !== null && (
          <Group gap={4}>
            <Text size="xs" c="dimmed">
              Request {result.request_id}
            </Text>
            <CopyButton value={result.request_id} what="request id" />
          </Group>
        )}
      </Stack>
    </Paper>
  )
}
