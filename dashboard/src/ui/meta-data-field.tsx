import { ActionIcon, Button, Group, Stack, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { Path } from '../lib/document-form.ts'
import { isRecord } from '../lib/json-values.ts'
import type { DocumentForm } from '../lib/use-document-form.ts'

/** Names and values of somebody's own: meta data, headers. A value that is no text is shown as JSON and kept so. */
export function MetaDataField(props: {
  readonly form: DocumentForm
  /** Where they stand in the document. */
  readonly path?: Path
  /** What one of them is called. */
  readonly itemName?: string
}) {
  const { form, path = ['meta_data'], itemName = 'meta data' } = props
  const stored = form.get(path)
  const entries = isRecord(stored) ? Object.entries(stored) : []
  return (
    <Stack gap="xs">
      {entries.map(([name, value]) => (
        <Group key={name} gap="xs" wrap="nowrap" align="flex-end">
          <TextInput
            label={name}
            flex={1}
            value={typeof value === 'string' ? value : JSON.stringify(value)}
            readOnly={typeof value !== 'string'}
            onChange={(event) => form.set([...path, name], event.currentTarget.value)}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`Remove ${name}`}
            onClick={() => form.set([...path, name], undefined)}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      <NewEntry
        itemName={itemName}
        names={entries.map(([name]) => name)}
        onAdd={(name, value) => form.set([...path, name], value)}
      />
    </Stack>
  )
}

function NewEntry(props: {
  readonly itemName: string
  readonly names: readonly string[]
  readonly onAdd: (name: string, value: string) => void
}) {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const isTaken = props.names.includes(name)
  const add = () => {
    props.onAdd(name, value)
    setName('')
    setValue('')
  }
  return (
    <Group gap="xs" align="flex-start">
      <TextInput
        aria-label={`Name of new ${props.itemName}`}
        placeholder="Name"
        flex={1}
        miw={120}
        value={name}
        error={isTaken ? 'There is one of this name' : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <TextInput
        aria-label={`Value of new ${props.itemName}`}
        placeholder="Value"
        flex={1}
        miw={120}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <Button
        variant="default"
        leftSection={<IconPlus size={15} />}
        disabled={name === '' || isTaken}
        onClick={add}
      >
        {`Add ${props.itemName}`}
      </Button>
    </Group>
  )
}
