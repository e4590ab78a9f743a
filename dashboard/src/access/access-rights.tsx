import { ActionIcon, Button, Group, Select, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { usePermissions } from '../api/me.ts'
import type { DocumentForm } from '../lib/use-document-form.ts'
import { ErrorBox } from '../ui/error-box.tsx'
import { FormSection } from '../ui/form-section.tsx'
import classes from './access.module.css'
import { apiChoicesQuery } from './choices.ts'
import { type Right, rightsOf } from './rights.ts'
import { RuleDetails } from './rule-details.tsx'

type Props = {
  readonly form: DocumentForm
  readonly error: unknown
  /** What is said below the heading. */
  readonly about?: string
  /** Called with the rule that is chosen but not added yet. */
  readonly onWaiting?: (rule: string | undefined) => void
}

/** A rule that can be added: an API and one of its versions. */
type Choice = {
  readonly value: string
  readonly label: string
  readonly apiId: string
  readonly name: string
  readonly version: string
}

/** What the key opens: rules, each an API with its versions. */
export function AccessRights(props: Props) {
  const may = usePermissions()
  const rights = rightsOf(props.form.documentToSend)
  const add = ({ apiId, name, version }: Omit<Choice, 'value' | 'label'>) => {
    const right = rights.find((one) => one.apiId === apiId)
    if (right === undefined)
      props.form.set(['access_rights', apiId], { api_id: apiId, api_name: name, versions: [version] })
    else props.form.set(['access_rights', apiId, 'versions'], [...right.versions, version])
  }
  return (
    <FormSection
      title="Access Rights"
      about={props.about ?? 'What the key opens. At least one rule, or a policy, is needed.'}
    >
      {may('apis', 'read') ? (
        <RuleChooser rights={rights} onAdd={add} onWaiting={props.onWaiting} isFirst={rights.length === 0} />
      ) : (
        <RuleById onAdd={add} />
      )}
      {rights.length > 0 && (
        <div>
          <Text size="sm" fw={500} mb="xs">
            User has access to:
          </Text>
          <ul className={classes.rules}>
            {rights.map((right) => (
              <Rule key={right.apiId} right={right} {...props} />
            ))}
          </ul>
        </div>
      )}
    </FormSection>
  )
}

function RuleChooser(props: {
  readonly rights: readonly Right[]
  readonly onAdd: (choice: Choice) => void
  readonly onWaiting: Props['onWaiting']
  readonly isFirst: boolean
}) {
  const [chosen, setChosen] = useState<Choice | null>()
  const [typed, setTyped] = useState('')
  const [asked] = useDebouncedValue(typed === chosen?.label ? '' : typed.replace(/: [^:]*$/, ''), 200)
  const found = useQuery(apiChoicesQuery(asked))
  const choices = (found.data?.apis ?? []).flatMap(({ id, name, versions }) =>
    versions.map((version) => ({
      value: JSON.stringify([id, version]),
      label: `${name}: ${version}`,
      apiId: id,
      name,
      version,
    })),
  )
  const isAdded = ({ apiId, version }: Choice) =>
    props.rights.some((right) => right.apiId === apiId && right.versions.includes(version))
  const open = choices.filter((choice) => !isAdded(choice))
  // Where there is but one thing to choose, it is chosen: Add is all that is left to do.
  const only = asked === '' && found.data?.total === 1 && choices.length === 1 ? choices[0] : undefined
  const waiting = chosen ?? (chosen === undefined && props.isFirst ? only : undefined)
  const { onWaiting } = props
  const waitingFor = waiting?.label
  useEffect(() => onWaiting?.(waitingFor), [onWaiting, waitingFor])
  const shown = waiting && !open.some(({ value }) => value === waiting.value) ? [waiting, ...open] : open
  const add = () => {
    if (!waiting) return
    props.onAdd(waiting)
    setChosen(null)
    setTyped('')
  }
  return (
    <Stack gap="xs">
      <Group gap="xs" align="flex-end">
        <Select
          label="Add access rule:"
          placeholder="Nothing selected"
          flex={1}
          miw={220}
          maw={520}
          searchable
          clearable
          allowDeselect={false}
          clearButtonProps={{ 'aria-label': 'Clear the rule' }}
          data={shown.map(({ value, label }) => ({ value, label }))}
          filter={({ options }) => options}
          value={waiting?.value ?? null}
          searchValue={waiting !== undefined && chosen === undefined ? waiting.label : typed}
          onSearchChange={(text) => {
            if (waiting === undefined || text !== waiting.label) setTyped(text)
          }}
          onChange={(value) => {
            const next = shown.find((choice) => choice.value === value) ?? null
            setChosen(next)
            setTyped(next?.label ?? '')
          }}
          nothingFoundMessage={found.isFetching ? 'Searching' : nothing(choices.length > 0, asked)}
        />
        <Button
          variant="light"
          leftSection={<IconPlus size={16} />}
          disabled={!waiting}
          onClick={add}
          aria-describedby="add-rule-reason"
        >
          Add
        </Button>
      </Group>
      <Text size="xs" c="dimmed" id="add-rule-reason" aria-live="polite">
        {waiting ? `Add gives access to ${waiting.label}` : 'Select an API, then click Add.'}
      </Text>
      {found.error !== null && <ErrorBox error={found.error} onRetry={found.refetch} />}
    </Stack>
  )
}

function nothing(areAllAdded: boolean, asked: string): string {
  if (areAllAdded) return 'Everything found has been added'
  return asked === '' ? 'There is no API yet' : 'No API has this name'
}

/** For those who may not list APIs: by the id that somebody told them. */
function RuleById({ onAdd }: { readonly onAdd: (rule: Omit<Choice, 'value' | 'label'>) => void }) {
  const [id, setId] = useState('')
  const apiId = id.trim()
  return (
    <Group gap="xs" align="flex-end">
      <TextInput
        label="Add access rule:"
        description="You may not see the list of APIs: give the API ID"
        placeholder="API ID"
        flex={1}
        maw={520}
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
      />
      <Button
        variant="light"
        disabled={apiId === ''}
        onClick={() => {
          onAdd({ apiId, name: apiId, version: 'Default' })
          setId('')
        }}
      >
        Add
      </Button>
    </Group>
  )
}

function Rule(props: Props & { readonly right: Right }) {
  const { right, form } = props
  const remove = () => form.set(['access_rights', right.apiId], undefined)
  const removeVersion = (version: string) => {
    const left = right.versions.filter((one) => one !== version)
    if (left.length === 0) remove()
    else form.set(['access_rights', right.apiId, 'versions'], left)
  }
  return (
    <li className={classes.rule}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Tooltip label={`Remove ${right.name}`}>
          <ActionIcon variant="subtle" color="red" aria-label={`Remove ${right.name}`} onClick={remove}>
            <IconX size={16} />
          </ActionIcon>
        </Tooltip>
        <div style={{ minWidth: 0, flex: 1 }}>
          <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
            {right.name}
          </Text>
          <ul className={classes.versions}>
            {right.versions.length === 0 && <li>no version named</li>}
            {right.versions.map((version) => (
              <li key={version}>
                {version}
                {right.versions.length > 1 && (
                  <ActionIcon
                    ml={4}
                    size="xs"
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove version ${version} of ${right.name}`}
                    onClick={() => removeVersion(version)}
                  >
                    <IconX size={12} />
                  </ActionIcon>
                )}
              </li>
            ))}
          </ul>
          <RuleDetails form={form} right={right} error={props.error} />
        </div>
      </Group>
    </li>
  )
}
