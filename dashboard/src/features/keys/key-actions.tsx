import { Button } from '@mantine/core'
import { IconPlayerPause, IconPlayerPlay, IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { toastDone, toastFailed } from '../../ui/toast.tsx'
import { deleteKey, setKeyActive } from './queries.ts'

/** What can be done with a key as a whole. */
export function KeyActions(props: { readonly id: string; readonly name: string; readonly isOff: boolean }) {
  const { id, name, isOff } = props
  const [isDeleting, setDeleting] = useState(false)
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const switching = useMutation({
    mutationFn: () => setKeyActive(id, isOff),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['keys'] })
      toastDone(`${name} is ${isOff ? 'enabled' : 'disabled'}`)
    },
    onError: (error) => toastFailed(error),
  })
  const remove = async () => {
    await deleteKey(id)
    toastDone(`${name} is deleted`)
    await navigate({ to: paths.keys() })
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] === 'keys' && queryKey[2] === id })
    await queryClient.invalidateQueries({ queryKey: ['keys'] })
  }
  return (
    <>
      <Button
        variant="default"
        leftSection={isOff ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
        loading={switching.isPending}
        onClick={() => switching.mutate()}
      >
        {isOff ? 'Enable' : 'Disable'}
      </Button>
      <Button
        variant="light"
        color="red"
        leftSection={<IconTrash size={16} />}
        onClick={() => setDeleting(true)}
      >
        Delete
      </Button>
      <ConfirmDialog
        opened={isDeleting}
        onClose={() => setDeleting(false)}
        title={`Delete the key “${name}”?`}
        action="Delete"
        onConfirm={remove}
      >
        Requests with it are refused from then on. This cannot be taken back; to switch it off for a while,
        disable it.
      </ConfirmDialog>
    </>
  )
}
