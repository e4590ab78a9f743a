import { Button, Group, Paper, Text, Title } from '@mantine/core'
import { IconCircle, IconCircleCheckFilled } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { Time } from '../../ui/time.tsx'
import classes from './overview.module.css'
import { newestApiQuery, type Overview } from './queries.ts'

type Checklist = Overview['checklist']
type StepName = keyof Checklist

/** The first steps. They tick themselves when the thing has happened; when all are done they are shown no more. */
export function FirstSteps({ checklist }: { readonly checklist: Checklist }) {
  const may = usePermissions()
  const mayReadApis = may('apis', 'read')
  const { data: api } = useQuery({ ...newestApiQuery, enabled: mayReadApis && !checklist.first_200.done })
  const names = Object.keys(steps) as readonly StepName[]
  const next = names.find((name) => !checklist[name].done)
  if (next === undefined) return null
  const done = names.filter((name) => checklist[name].done).length
  const toTry = api == null ? paths.apis() : paths.api(api.id, 'try')
  const actions: Readonly<Record<StepName, { label: string; to: string } | undefined>> = {
    api_made: may('apis', 'write') ? { label: 'Create an API', to: paths.newApi() } : undefined,
    key_made: may('keys', 'write') ? { label: 'Create a key', to: paths.newKey() } : undefined,
    first_200: mayReadApis ? { label: 'Send a call', to: toTry } : undefined,
    first_limit_hit: may('keys', 'write') ? { label: 'Limit a key', to: paths.keys() } : undefined,
  }
  return (
    <Paper withBorder p={{ base: 'md', sm: 'lg' }} mb="md" component="section" aria-label="First steps">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          First steps
        </Title>
        <Text size="sm" c="dimmed" aria-live="polite">
          {done} of {names.length} done
        </Text>
      </Group>
      <ol className={classes.steps}>
        {names.map((name) => {
          const { done: isDone, at } = checklist[name]
          const action = actions[name]
          return (
            <li key={name} className={classes.step} data-done={isDone} data-next={name === next}>
              <Group gap="xs" wrap="nowrap" align="flex-start">
                {isDone ? (
                  <IconCircleCheckFilled size={20} color="var(--link)" aria-label="Done:" role="img" />
                ) : (
                  <IconCircle size={20} color="var(--mantine-color-dimmed)" aria-label="To do:" role="img" />
                )}
                <Text fw={600} size="sm">
                  {steps[name].title}
                </Text>
              </Group>
              <Text size="sm" c="dimmed" flex={1}>
                {steps[name].about}
              </Text>
              {isDone ? (
                <Text size="xs" c="dimmed">
                  Done <Time at={at} never="" />
                </Text>
              ) : (
                action !== undefined && (
                  <Button
                    size="xs"
                    variant={name === next ? 'filled' : 'default'}
                    renderRoot={(root) => <Link to={action.to} {...root} />}
                  >
                    {action.label}
                  </Button>
                )
              )}
            </li>
          )
        })}
      </ol>
    </Paper>
  )
}

const steps: Readonly<Record<StepName, { readonly title: string; readonly about: string }>> = {
  api_made: {
    title: 'Put an API behind the gate',
    about: 'Name it, and say where its upstream is. The gate is closed until somebody has a key.',
  },
  key_made: {
    title: 'Give somebody a key',
    about: 'Choose what it opens, how much, and until when.',
  },
  first_200: {
    title: 'Let a request pass',
    about: 'Send one with the key, from here or from a terminal.',
  },
  first_limit_hit: {
    title: 'See a limit hold',
    about: 'Set a key to few requests a minute, and send one more.',
  },
}
