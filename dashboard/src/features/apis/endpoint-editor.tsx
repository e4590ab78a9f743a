import { ActionIcon, Button, Group, Menu, Paper, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import { IconChevronDown, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { listOf, recordOf } from '../../lib/json-values.ts'
import { SwitchField } from '../../ui/fields.tsx'
import { Note } from '../../ui/note.tsx'
import classes from './apis.module.css'
import { useDesign } from './design.ts'
import { endpointsOf, labelOf, newRule, type Rule, type RuleKind, ruleKinds } from './endpoint-rules.ts'
import { RuleMethods } from './rule-methods.tsx'
import { RuleValues } from './rule-values.tsx'
import type { VersionPath } from './versions.ts'

/** All rules of one path, beside the table: its path, its rules, and what else could hold there. */
export function EndpointEditor(props: {
  readonly version: VersionPath
  /** '' for one that is to be added. */
  readonly path: string
  readonly onPath: (path: string) => void
  /** Called before the first rule of a new path is added. */
  readonly onFirstRule: () => void
  readonly onDone: () => void
}) {
  const { version, path } = props
  const { get, set, isReadOnly } = useDesign()
  const [typed, setTyped] = useState(path)
  const extended = recordOf(get(...version, 'extended_paths'))
  const endpoints = endpointsOf(extended)
  const rules = endpoints.find((one) => one.path === path)?.rules ?? []
  const isTaken = typed !== path && endpoints.some((one) => one.path === typed)
  const here = (kind: string) => [...version, 'extended_paths', kind]
  const rename = () => {
    if (typed === path || typed === '' || isTaken) return
    for (const { kind, index, isSupported } of rules)
      if (isSupported) set([...here(kind), index, 'path'], typed)
    props.onPath(typed)
  }
  const add = (kind: RuleKind) => {
    const place = typed === '' ? '/' : typed
    props.onFirstRule()
    set(here(kind), [...listOf(extended[kind]), newRule(kind, place)])
    if (place !== path) props.onPath(place)
  }
  return (
    <Stack gap="md">
      <TextInput
        label="Path"
        description="Behind the listen path. {name} stands for one part; a star at the end for anything; else a regular expression"
        placeholder="/orders/{id}"
        value={typed}
        disabled={isReadOnly}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        {...(isTaken && { error: 'This path has rules already; open it in the table' })}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={rename}
        data-autofocus={path === '' ? true : undefined}
      />
      {rules.map((rule) => (
        <RuleCard
          key={`${rule.kind} ${rule.index}`}
          rule={rule}
          path={[...here(rule.kind), rule.index]}
          onRemove={() => {
            set(here(rule.kind), listOf(extended[rule.kind]).toSpliced(rule.index, 1))
            if (rules.length === 1) props.onDone()
          }}
        />
      ))}
      {!isReadOnly && (
        <Group justify="space-between">
          <Menu position="bottom-start" width={340}>
            <Menu.Target>
              <Button
                variant="default"
                rightSection={<IconChevronDown size={15} />}
                disabled={isTaken || !typed.startsWith('/')}
              >
                Add a rule
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {ruleKinds.map(({ kind, label, about }) => (
                <Menu.Item key={kind} onClick={() => add(kind)}>
                  <Text size="sm" fw={600}>
                    {label}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {about}
                  </Text>
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          {!typed.startsWith('/') && (
            <Text size="sm" c="dimmed">
              Give it a path that begins with /
            </Text>
          )}
          {rules.length > 0 && (
            <Button variant="light" onClick={props.onDone}>
              Done
            </Button>
          )}
        </Group>
      )}
    </Stack>
  )
}

function RuleCard(props: {
  readonly rule: Rule
  readonly path: readonly (string | number)[]
  readonly onRemove: () => void
}) {
  const { at, isReadOnly } = useDesign()
  const { kind, entry, isSupported } = props.rule
  const about = ruleKinds.find((one) => one.kind === kind)?.about
  const label = labelOf(kind)
  return (
    <Paper withBorder p="md" component="section" aria-label={label}>
      <Group justify="space-between" wrap="nowrap" align="flex-start" mb={isSupported ? 'sm' : 0}>
        <div>
          <Text fw={600} component="h3" size="sm">
            {label}
          </Text>
          {about !== undefined && (
            <Text size="xs" c="dimmed">
              {about}
            </Text>
          )}
        </div>
        {!isReadOnly && (
          <Tooltip label={`Remove: ${label}`}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`Remove: ${label}`}
              onClick={props.onRemove}
            >
              <IconTrash size={17} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      {isSupported ? (
        <Stack gap="sm">
          <RuleMethods kind={kind} path={props.path} />
          <RuleValues kind={kind} path={props.path} />
          <Group gap="xl">
            <SwitchField {...at(...props.path, 'disabled')} label="In force" isOpposite />
            <SwitchField {...at(...props.path, 'ignore_case')} label="Whatever its case" />
          </Group>
        </Stack>
      ) : (
        <Note tone="warn" title="Kept, and not done">
          <Text size="sm">
            Tollgate does not know this kind of rule yet. It stays in the definition as it is.
          </Text>
          <pre className={classes.reply}>{JSON.stringify(entry, null, 2)}</pre>
        </Note>
      )}
    </Paper>
  )
}
