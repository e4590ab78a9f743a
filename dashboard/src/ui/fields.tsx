import { NumberInput, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import type { ReactNode } from 'react'
import { problemOf } from '../api/problem.ts'
import type { Path } from '../lib/document-form.ts'
import type { DocumentForm } from '../lib/use-document-form.ts'

/** What every field of a document form is given. */
export type FieldProps = {
  readonly form: DocumentForm
  /** Where its value stands in the document. */
  readonly path: Path
  readonly label: string
  readonly about?: ReactNode
  readonly isRequired?: boolean
  readonly isDisabled?: boolean
  /** What the last attempt to save came back with: the field shows it when the server names its path. */
  readonly error?: unknown
}

/**
 * Inputs bound to a path of a document form. A value of another type than the input's is shown as JSON and stays as it
 * is until somebody types over it.
 */
export function TextField(props: FieldProps & { readonly placeholder?: string; readonly isMono?: boolean }) {
  return (
    <TextInput
      {...shared(props)}
      {...(props.placeholder !== undefined && { placeholder: props.placeholder })}
      {...(props.isMono && { styles: { input: { fontFamily: 'var(--mantine-font-family-monospace)' } } })}
      value={shownText(props.form.get(props.path))}
      onChange={(event) => props.form.set(props.path, event.currentTarget.value)}
    />
  )
}

/** Text of several lines. */
export function LongTextField(props: FieldProps) {
  return (
    <Textarea
      {...shared(props)}
      autosize
      minRows={2}
      maxRows={12}
      value={shownText(props.form.get(props.path))}
      onChange={(event) => props.form.set(props.path, event.currentTarget.value)}
    />
  )
}

/** A number; emptied, the field is taken out of the document. `unit` stands behind it. */
export function NumberField(
  props: FieldProps & {
    readonly min?: number
    readonly max?: number
    readonly unit?: string
    readonly placeholder?: string
  },
) {
  const value = props.form.get(props.path)
  return (
    <NumberInput
      {...shared(props)}
      {...(props.min !== undefined && { min: props.min })}
      {...(props.max !== undefined && { max: props.max })}
      {...(props.unit !== undefined && { suffix: ` ${props.unit}` })}
      {...(props.placeholder !== undefined && { placeholder: props.placeholder })}
      thousandSeparator=","
      // What is out of bounds is for its owner to change; leaving the field is no edit.
      clampBehavior="none"
      value={typeof value === 'number' ? value : ''}
      onChange={(next) => {
        // The input also reports what it shows by itself, which is no edit.
        if (next === '' && typeof value !== 'number') return
        props.form.set(props.path, typeof next === 'number' ? next : undefined)
      }}
    />
  )
}

/** Yes or no. `isOpposite` shows the contrary of a field that is spelled in the negative. */
export function SwitchField(props: FieldProps & { readonly isOpposite?: boolean }) {
  const { isRequired: _, ...rest } = props
  const isOn = props.form.get(props.path) === true
  const { withAsterisk: __, ...input } = shared(rest)
  return (
    <Switch
      {...input}
      checked={props.isOpposite ? !isOn : isOn}
      onChange={(event) =>
        props.form.set(props.path, event.currentTarget.checked !== (props.isOpposite ?? false))
      }
    />
  )
}

/** One of several words; a stored word that is none of them is offered too. */
export function ChoiceField(
  props: FieldProps & { readonly choices: readonly { readonly value: string; readonly label: string }[] },
) {
  const value = shownText(props.form.get(props.path))
  const isKnown = props.choices.some((choice) => choice.value === value)
  const choices = isKnown ? props.choices : [...props.choices, { value, label: value || 'Not set' }]
  return (
    <Select
      {...shared(props)}
      data={choices}
      value={value}
      allowDeselect={false}
      onChange={(next) => next !== null && props.form.set(props.path, next)}
    />
  )
}

/** A list of words. */
export function WordsField(props: FieldProps & { readonly placeholder?: string }) {
  const value = props.form.get(props.path)
  const words = Array.isArray(value) ? value.map(shownText) : []
  return (
    <TagsInput
      {...shared(props)}
      {...(props.placeholder !== undefined && { placeholder: props.placeholder })}
      value={words}
      onChange={(next) => props.form.set(props.path, next)}
    />
  )
}

function shared({ label, about, isRequired, isDisabled, error, path }: Omit<FieldProps, 'form'>) {
  const message = error === undefined || error === null ? undefined : messageFor(error, path)
  return {
    label,
    ...(about !== undefined && { description: about }),
    ...(message !== undefined && { error: message }),
    withAsterisk: isRequired === true,
    'aria-required': isRequired === true,
    disabled: isDisabled === true,
  }
}

/** What the server said about this very field; the wrapper of an API stands before the path there. */
function messageFor(error: unknown, path: Path): string | undefined {
  const { field, message } = problemOf(error)
  const own = path.join('.')
  return field !== undefined && own !== '' && (field === own || field.endsWith(`.${own}`))
    ? message
    : undefined
}

function shownText(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null ? '' : JSON.stringify(value)
}
