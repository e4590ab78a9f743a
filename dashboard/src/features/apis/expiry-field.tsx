import { TextInput } from '@mantine/core'
import { type FieldProps, TextField } from '../../ui/fields.tsx'
import { expiryInput, expiryStored } from './versions.ts'

/** An end in time, minutes exact, in UTC; empty = never. One that is no time is shown as the text it is. */
export function ExpiryField(props: FieldProps) {
  const shown = expiryInput(props.form.get(props.path))
  if (shown === undefined) return <TextField {...props} />
  return (
    <TextInput
      type="datetime-local"
      label={props.label}
      {...(props.about !== undefined && { description: props.about })}
      disabled={props.isDisabled === true}
      value={shown}
      onChange={(event) => props.form.set(props.path, expiryStored(event.currentTarget.value))}
    />
  )
}
