import { ActionIcon, Button, Group, Menu, Modal, Stack, Text, TextInput, Tooltip } from '@mantine/core'
import {
  IconCopy,
  IconDots,
  IconDownload,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
} from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { counted } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorBox } from '../../ui/error-box.tsx'
import { toastDone, toastFailed } from '../../ui/toast.tsx'
import { copyOf, listenPathOf, slugOf } from './new-api.ts'
import {
  type ApiDocument,
  apiFacts,
  createApi,
  type Dependents,
  deleteApi,
  keysOfApiQuery,
  policiesOfApiQuery,
  setApiActive,
} from './queries.ts'

type Props = { readonly apiId: string; readonly stored: ApiDocument; readonly isReadOnly: boolean }

/** What can be done with an API beside editing it. */
export function ApiActions(props: Props) {
  const { apiId, stored, isReadOnly } = props
  const [asked, setAsked] = useState<'delete' | 'duplicate'>()
  const queryClient = useQueryClient()
  const { isActive, name } = apiFacts(stored)
  const switching = useMutation({
    mutationFn: () => setApiActive(apiId, !isActive),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['apis'] })
      toastDone(isActive ? `“${name}” answers no more` : `“${name}” is in force`)
    },
    onError: (error) => toastFailed(error),
  })
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <Tooltip label="More">
            <ActionIcon variant="default" size={36} aria-label="More about this API">
              <IconDots size={18} />
            </ActionIcon>
          </Tooltip>
        </Menu.Target>
        <Menu.Dropdown>
          {!isReadOnly && (
            <Menu.Item
              leftSection={isActive ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
              onClick={() => switching.mutate()}
            >
              {isActive ? 'Switch it off' : 'Switch it on'}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconDownload size={16} />} onClick={() => download(stored)}>
            Export as JSON
          </Menu.Item>
          {!isReadOnly && (
            <>
              <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => setAsked('duplicate')}>
                Duplicate
              </Menu.Item>
              <Menu.Divider />
              <Menu.Item
                leftSection={<IconTrash size={16} />}
                color="var(--mantine-color-error)"
                onClick={() => setAsked('delete')}
              >
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <DeleteDialog {...props} opened={asked === 'delete'} onClose={() => setAsked(undefined)} />
      <Modal
        opened={asked === 'duplicate'}
        onClose={() => setAsked(undefined)}
        title={`Duplicate “${name}”`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {asked === 'duplicate' && <Duplicate stored={stored} onClose={() => setAsked(undefined)} />}
      </Modal>
    </>
  )
}

type DialogProps = Props & { readonly opened: boolean; readonly onClose: () => void }

function DeleteDialog({ apiId, stored, opened, onClose }: DialogProps) {
  const may = usePermissions()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const { name, isActive, listenPath } = apiFacts(stored)
  const keys = useQuery(keysOfApiQuery(apiId, opened && may('keys', 'read')))
  const policies = useQuery(policiesOfApiQuery(apiId, opened && may('policies', 'read')))
  const hanging = (keys.data?.total ?? 0) + (policies.data?.total ?? 0)
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={`Delete the API “${name}”?`}
      action="Delete"
      {...(hanging > 0 && { typeName: name })}
      onConfirm={async () => {
        await deleteApi(apiId)
        await navigate({ to: paths.apis() })
        queryClient.removeQueries({ queryKey: ['apis', 'one', apiId] })
        await queryClient.invalidateQueries({ queryKey: ['apis'] })
        toastDone(`“${name}” was deleted`)
      }}
    >
      <Stack gap="xs">
        <Text size="sm">
          {isActive
            ? `Requests to ${listenPath} are answered with 404 from then on.`
            : 'It is inactive: nobody is using it now.'}{' '}
          This cannot be taken back; export it first if you may want it again.
        </Text>
        <Hanging what="key" many="keys" stay="open nothing by it any more" found={keys.data} />
        <Hanging what="policy" many="policies" stay="keep naming it" found={policies.data} />
      </Stack>
    </ConfirmDialog>
  )
}

function Hanging(props: {
  readonly what: string
  readonly many: string
  readonly stay: string
  readonly found: Dependents | undefined
}) {
  const { found } = props
  if (found === undefined || found.total === 0) return null
  const more = found.total - found.names.length
  return (
    <Text size="sm">
      <b>{counted(found.total, props.what, props.many)}</b> {props.stay}: {found.names.join(', ')}
      {more > 0 && ` and ${counted(more, 'other')}`}.
    </Text>
  )
}

function Duplicate({ stored, onClose }: { readonly stored: ApiDocument; readonly onClose: () => void }) {
  const { name: original } = apiFacts(stored)
  const [name, setName] = useState(`${original} copy`)
  const [listenPath, setListenPath] = useState(listenPathOf(`${original} copy`))
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const { created_at: _, updated_at: __, api_model: ___, ...wrapper } = stored
  const copying = useMutation({
    mutationFn: () =>
      createApi({ ...wrapper, api_definition: copyOf(stored.api_definition, name, listenPath) }),
    onSuccess: async (apiId) => {
      await queryClient.invalidateQueries({ queryKey: ['apis'] })
      onClose()
      toastDone(`“${name}” was made, switched off`)
      await navigate({ to: paths.api(apiId) })
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        copying.mutate()
      }}
    >
      <Stack gap="md">
        <Text size="sm">The copy has everything but the ids, and starts switched off.</Text>
        <TextInput
          label="API Name"
          value={name}
          data-autofocus
          onChange={(event) => {
            const next = event.currentTarget.value
            if (listenPath === listenPathOf(name)) setListenPath(listenPathOf(next))
            setName(next)
          }}
        />
        <TextInput
          label="Listen path"
          value={listenPath}
          onChange={(event) => setListenPath(event.currentTarget.value)}
        />
        {copying.error !== null && <ErrorBox error={copying.error} title="It was not duplicated" />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={copying.isPending} disabled={name.trim() === ''}>
            Duplicate
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** Hands the document to the browser as a file, as it is stored. */
function download(stored: ApiDocument): void {
  const { name, apiId } = apiFacts(stored)
  const file = new Blob([`${JSON.stringify(stored.api_definition, null, 2)}\n`], { type: 'application/json' })
  const address = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = address
  link.download = `${slugOf(name) || apiId}.json`
  link.click()
  URL.revokeObjectURL(address)
}
