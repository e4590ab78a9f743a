import { Anchor, Group, Stack, Table, Text } from '@mantine/core'
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { TrialResult } from '../../api/trial.ts'
import { listOf } from '../../lib/json-values.ts'
import { count, counted } from '../../lib/numbers.ts'
import { pageLinkOf } from '../../lib/page-links.ts'
import { paths } from '../../lib/paths.ts'
import { FormSection } from '../../ui/form-section.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { StatusBadge, type Tone } from '../../ui/status-badge.tsx'
import classes from './apis.module.css'

const outcomes: Readonly<Record<TrialResult['verdict']['outcome'], readonly [Tone, string]>> = {
  passed: ['good', 'Passed'],
  refused: ['bad', 'Refused'],
  failed: ['warn', 'Failed'],
}

/** What came back, and the gate's verdict step by step. */
export function TryReply({ result }: { readonly result: TrialResult }) {
  const { response, verdict } = result
  const [tone, word] = outcomes[verdict.outcome]
  return (
    <>
      <FormSection title="Verdict">
        <Group gap="sm">
          <StatusBadge tone={tone} word={word} />
          <Text size="sm" style={{ overflowWrap: 'anywhere' }} flex={1} miw={200}>
            {verdict.words}
          </Text>
        </Group>
        {verdict.rule !== null && <Rule rule={verdict.rule} />}
        <ol className={classes.trace} aria-label="Step by step">
          {verdict.trace.map(({ step, detail, outcome }) => {
            const isDecided = outcome === 'decided'
            const Icon = isDecided ? IconCircleX : IconCircleCheck
            return (
              <li key={`${step} ${detail}`}>
                <Icon
                  size={19}
                  stroke={1.8}
                  role="img"
                  aria-label={isDecided ? 'Decided here:' : 'Passed:'}
                  color={isDecided ? 'var(--mantine-color-error)' : 'var(--link)'}
                />
                <b>{step}</b>
                <span>{detail}</span>
              </li>
            )
          })}
        </ol>
        {result.request_id !== null && (
          <Group gap="xs">
            <Text size="xs" c="dimmed">
              Request id
            </Text>
            <Identifier value={result.request_id} what="request id" />
            <Anchor
              size="xs"
              renderRoot={(root) => <Link to={paths.explained(result.request_id ?? '')} {...root} />}
            >
              Explain it
            </Anchor>
          </Group>
        )}
      </FormSection>
      {response === null ? (
        <Text size="sm" c="dimmed">
          Nothing was sent, and nothing was counted.
          {verdict.not_judged.length > 0 && ` Not judged here: ${verdict.not_judged.join(', ')}.`}
        </Text>
      ) : (
        <Reply response={response} durationMs={result.duration_ms ?? 0} />
      )}
    </>
  )
}

function Rule({ rule }: { readonly rule: NonNullable<TrialResult['verdict']['rule']> }) {
  // Where nothing but the request itself can be changed, there is no rule to tell of.
  if (rule.source === null) return null
  const places = rule.change_at.flatMap((path) => pageLinkOf(path) ?? [])
  return (
    <Group gap="sm">
      <Text size="sm" c="dimmed">
        {rule.words.charAt(0).toUpperCase() + rule.words.slice(1)}
      </Text>
      {places.map(({ label, to }) => (
        <Anchor key={to} size="sm" renderRoot={(root) => <Link to={to} {...root} />}>
          {label}
        </Anchor>
      ))}
    </Group>
  )
}

function Reply(props: {
  readonly response: NonNullable<TrialResult['response']>
  readonly durationMs: number
}) {
  const { response, durationMs } = props
  const tone = response.status < 400 ? 'good' : response.status < 500 ? 'bad' : 'warn'
  return (
    <FormSection
      title="Reply"
      about={`${count(Math.round(durationMs * 10) / 10)} ms, ${counted(response.body_bytes, 'byte')}${response.truncated ? ', of which the first are shown' : ''}`}
    >
      <Group>
        <StatusBadge tone={tone} word={`Status ${response.status}`} />
      </Group>
      <Stack gap={4}>
        <Text size="sm" fw={500}>
          Body
        </Text>
        {response.body === '' ? (
          <Text size="sm" c="dimmed">
            Empty
          </Text>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by the keyboard
          <section className={classes.reply} tabIndex={0} aria-label="Body of the reply">
            {bodyText(response)}
          </section>
        )}
      </Stack>
      <Stack gap={4}>
        <Text size="sm" fw={500}>
          Headers
        </Text>
        <Table
          aria-label="Headers of the reply"
          withRowBorders={false}
          verticalSpacing={2}
          fz="xs"
          layout="fixed"
        >
          <Table.Tbody>
            {response.headers.map((line, index) => {
              const [name, value] = listOf(line).map(String)
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: one header may come twice
                <Table.Tr key={index}>
                  <Table.Th w="40%" fw={600} style={{ overflowWrap: 'anywhere' }}>
                    {name}
                  </Table.Th>
                  <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      </Stack>
    </FormSection>
  )
}

/** JSON indented, other text as it came; of bytes that are no text, their base64. */
function bodyText(response: NonNullable<TrialResult['response']>): string {
  if (response.body_encoding !== 'utf8' || response.truncated) return response.body
  try {
    return JSON.stringify(JSON.parse(response.body), null, 2)
  } catch {
    return response.body
  }
}
