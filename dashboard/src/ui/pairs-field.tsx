import { ActionIcon, Button, Group, Input, Stack, TextInput, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { isRecord } from '../lib/json-values.ts'
import type { FieldProps } from './fields.tsx'

type Props = FieldProps & {
  /** What one of them is called: "header". */
  readonly what: string
}

/**
 * An object of texts by name: headers, say. A name is taken over when its field is left, so that it can be typed without
 * passing through those of others; a value that is no text is shown as JSON and kept until somebody types over it.
 */
export function PairsField(props: Props) {
  const { form, path } = props
  const stored = form.get(path)
  const pairs = isRecord(stored) ? Object.entries(stored) : []
  const names = pairs.map(([name]) => name)
  const put = (next: readonly (readonly [string, unknown])[]) => form.set(path, Object.fromEntries(next))
  return (
    <Input.Wrapper
      label={props.label}
      labelElement="div"
      {...(props.about !== undefined && { description: props.about })}
    >
      <Stack gap={6} mt={4} role="group" aria-label={props.label}>
        {pairs.map(([name, value], index) => (
          <Pair
            key={name}
            what={props.what}
            name={name}
            taken={names}
            isDisabled={props.isDisabled === true}
            value={typeof value === 'string' ? value : JSON.stringify(value)}
            onName={(to) => put(pairs.with(index, [to, value]))}
            onValue={(to) => put(pairs.with(index, [name, to]))}
            onRemove={() => put(pairs.toSpliced(index, 1))}
          />
        ))}
        {!props.isDisabled && (
          <NewPair what={props.what} taken={names} onAdd={(name, value) => put([...pairs, [name, value]])} />
        )}
      </Stack>
    </Input.Wrapper>
  )
}

function Pair(props: {
  readonly what: string
  readonly name: string
  readonly value: string
  readonly taken: readonly string[]
  readonly isDisabled: boolean
  readonly onName: (name: string) => void
  readonly onValue: (value: string) => void
  readonly onRemove: () => void
}) {
  const [typed, setTyped] = useState(props.name)
  const name = typed.trim()
  const problem = name === props.name ? undefined : nameProblem(name, props.taken)
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <TextInput
        aria-label={`Name of ${props.what} ${props.name}`}
        flex={1}
        miw={0}
        value={typed}
        disabled={props.isDisabled}
        error={problem}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onBlur={() => name !== props.name && problem === undefined && props.onName(name)}
      />
      <TextInput
        aria-label={`Value of ${props.what} ${props.name}`}
        flex={1.4}
        miw={0}
        value={props.value}
        disabled={props.isDisabled}
        onChange={(event) => props.onValue(event.currentTarget.value)}
      />
      <Tooltip label={`Remove ${props.name}`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          disabled={props.isDisabled}
          aria-label={`Remove ${props.what} ${props.name}`}
          onClick={props.onRemove}
        >
          <IconX size={16} />
        </ActionIcon>
      </Tooltip>
    </Group>
  )
}

function NewPair(props: {
  readonly what: string
  readonly taken: readonly string[]
  readonly onAdd: (name: string, value: string) => void
}) {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const problem = nameProblem(name.trim(), props.taken)
  const add = () => {
    if (problem !== undefined) return
    props.onAdd(name.trim(), value)
    setName('')
    setValue('')
  }
  return (
    <Group gap="xs" align="flex-start">
      <TextInput
        aria-label={`Name of a new ${props.what}`}
        placeholder="Name"
        flex={1}
        miw={100}
        value={name}
        error={name === '' ? undefined : problem}
        onChange={(event) => setName(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && add()}
      />
      <TextInput
        aria-label={`Value of a new ${props.what}`}
        placeholder="Value"
        flex={1.4}
        miw={100}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Enter' && add()}
      />
      <Button
        variant="default"
        leftSection={<IconPlus size={15} />}
        disabled={problem !== undefined}
        onClick={add}
      >
        Add {props.what}
      </Button>
    </Group>
  )
}

function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (name === '') return 'It needs a name'
  return taken.includes(name) ? 'There is one of this name' : undefined
}
