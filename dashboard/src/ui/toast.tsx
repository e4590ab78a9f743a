import { notifications } from '@mantine/notifications'
import { IconCheck, IconX } from '@tabler/icons-react'
import { problemOf } from '../api/problem.ts'

/** Says that something was done. */
export function toastDone(message: string): void {
  notifications.show({
    message,
    color: 'teal',
    icon: <IconCheck size={16} />,
    role: 'status',
    closeButtonProps,
  })
}

/** Says that something failed, where no form stands in which to say it. */
export function toastFailed(error: unknown, title = 'That did not work'): void {
  const { message } = problemOf(error)
  notifications.show({
    title,
    message,
    color: 'red',
    icon: <IconX size={16} />,
    role: 'alert',
    autoClose: 10_000,
    closeButtonProps,
  })
}

const closeButtonProps = { 'aria-label': 'Close the notice' }
