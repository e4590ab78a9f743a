import { Stack, Switch } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './option-switch.module.css'

/** A part of the form that is off until somebody wants it; switching is an edit, showing is none. */
export function OptionSwitch(props: {
  readonly label: string
  readonly about?: ReactNode
  readonly isOn: boolean
  readonly onSwitch: (isOn: boolean) => void
  readonly children: ReactNode
}) {
  return (
    <div>
      <Switch
        label={props.label}
        {...(props.about !== undefined && { description: props.about })}
        checked={props.isOn}
        onChange={(event) => props.onSwitch(event.currentTarget.checked)}
      />
      {props.isOn && (
        <Stack gap="md" mt="sm" className={classes.within}>
          {props.children}
        </Stack>
      )}
    </div>
  )
}
