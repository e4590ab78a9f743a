import { PasswordInput } from '@mantine/core'
import type { ComponentProps } from 'react'

/** A field for a new password, which says how long it has become. */
export function NewPasswordField(
  props: Pick<ComponentProps<typeof PasswordInput>, 'label' | 'withAsterisk' | 'required'> & {
    readonly value: string
    readonly onChange: (value: string) => void
    /** Fewest characters. */
    readonly least: number
    /** Said below as long as nothing is typed. */
    readonly about?: string
    readonly toggleLabel?: string
    readonly hasFocus?: boolean
  },
) {
  const { value, onChange, least, about, toggleLabel = 'Show the password', hasFocus, ...input } = props
  const length = [...value].length
  const said =
    length === 0 ? `${least} characters or more. ${about ?? ''}`.trim() : lengthInWords(length, least)
  return (
    <PasswordInput
      {...input}
      description={said}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      autoComplete="new-password"
      {...(hasFocus && { 'data-autofocus': true })}
      visibilityToggleButtonProps={{ 'aria-label': toggleLabel }}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

function lengthInWords(length: number, least: number): string {
  return length < least ? `${length} of at least ${least} characters` : `${length} characters: long enough`
}
