import { Button, Group, Menu, Modal, Select, Stack, Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconChevronDown } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { policyChoicesQuery } from '../../access/choices.ts'
import { usePermissions } from '../../api/me.ts'
import { counted } from '../../lib/numbers.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { keyName } from './key-document.ts'
import classes from './keys.module.css'
import { type BulkOrder, type BulkReport, changeKeys, type KeyRow } from './queries.ts'

type Action = BulkOrder['action']

/** What is said before it is done, and the verb on the button. */
const asked: Readonly<Record<Action, { readonly verb: string; readonly about: string }>> = {
  disable: { verb: 'Disable', about: 'They are refused with 403 until they are enabled. Quotas go on.' },
  enable: { verb: 'Enable', about: 'They open again what they opened before. Quotas go on.' },
  delete: { verb: 'Delete', about: 'They open nothing from then on. This cannot be taken back.' },
  add_policy: { verb: 'Add policy', about: 'The policy is applied to each of them.' },
  remove_policy: {
    verb: 'Remove policy',
    about: 'The policy is taken from each. A key that would open nothing then keeps it.',
  },
  extend: { verb: 'Extend', about: 'From their present end, or from now where that has passed.' },
}

const extensions = [
  { value: '86400', label: 'By 1 day' },
  { value: '604800', label: 'By 7 days' },
  { value: '2592000', label: 'By 30 days' },
  { value: '31536000', label: 'By 1 year' },
  { value: '0', label: 'They never expire' },
]

/** What can be done with a selection of keys; each key is told about by itself. */
export function BulkActions(props: { readonly selected: readonly KeyRow[]; readonly clear: () => void }) {
  const [action, setAction] = useState<Action>()
  // The selection may change under the dialog, when the list is read again.
  const [keys, setKeys] = useState<readonly KeyRow[]>([])
  const may = usePermissions()
  const open = (next: Action) => {
    setKeys(props.selected)
    setAction(next)
  }
  return (
    <Group gap="xs">
      <Button variant="default" size="xs" onClick={() => open('enable')}>
        Enable
      </Button>
      <Button variant="default" size="xs" onClick={() => open('disable')}>
        Disable
      </Button>
      <Button variant="default" size="xs" onClick={() => open('extend')}>
        Extend expiry
      </Button>
      {may('policies', 'read') && (
        <Menu>
          <Menu.Target>
            <Button variant="default" size="xs" rightSection={<IconChevronDown size={14} />}>
              Policies
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => open('add_policy')}>Add a policy</Menu.Item>
            <Menu.Item onClick={() => open('remove_policy')}>Remove a policy</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Button variant="light" color="red" size="xs" onClick={() => open('delete')}>
        Delete
      </Button>
      <Button variant="subtle" size="xs" onClick={props.clear}>
        Clear the selection
      </Button>
      <Modal
        opened={action !== undefined}
        onClose={() => setAction(undefined)}
        title={action && `${asked[action].verb}: ${namesOf(keys)}`}
        closeButtonProps={{ 'aria-label': 'Close the dialog' }}
      >
        {action !== undefined && (
          <Deed action={action} keys={keys} onClose={() => setAction(undefined)} onDone={props.clear} />
        )}
      </Modal>
    </Group>
  )
}

function Deed(props: {
  readonly action: Action
  readonly keys: readonly KeyRow[]
  readonly onClose: () => void
  readonly onDone: () => void
}) {
  const { action, keys } = props
  const { verb, about } = asked[action]
  const [policyId, setPolicyId] = useState<string | null>(null)
  const [seconds, setSeconds] = useState('2592000')
  const queryClient = useQueryClient()
  const deed = useMutation({
    mutationFn: () => changeKeys(orderOf(action, keys, policyId ?? '', seconds)),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['keys'] }),
  })
  const needsPolicy = action === 'add_policy' || action === 'remove_policy'
  const close = () => {
    props.onClose()
    if (deed.isSuccess) props.onDone()
  }
  if (deed.data !== undefined) return <Report keys={keys} report={deed.data} onClose={close} />
  return (
    <Stack gap="md">
      <Text size="sm">{about}</Text>
      {needsPolicy && <PolicySelect value={policyId} onChange={setPolicyId} />}
      {action === 'extend' && (
        <Select
          label="Extend"
          data={extensions}
          value={seconds}
          allowDeselect={false}
          onChange={(next) => next !== null && setSeconds(next)}
        />
      )}
      {deed.error !== null && <ErrorBox error={deed.error} title="Nothing was changed" />}
      <Group justify="flex-end" gap="xs">
        {needsPolicy && policyId === null && (
          <Text size="sm" c="dimmed" id="bulk-reason">
            Select a policy first
          </Text>
        )}
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          {...(action === 'delete' && { color: 'red' })}
          disabled={needsPolicy && policyId === null}
          aria-describedby="bulk-reason"
          loading={deed.isPending}
          onClick={() => deed.mutate()}
        >
          {`${verb}, ${counted(keys.length, 'key')}`}
        </Button>
      </Group>
    </Stack>
  )
}

function orderOf(action: Action, keys: readonly KeyRow[], policyId: string, seconds: string): BulkOrder {
  const ids = keys.map(({ key_hash }) => key_hash)
  if (action === 'add_policy' || action === 'remove_policy') return { action, ids, policy_id: policyId }
  if (action === 'extend')
    return seconds === '0' ? { action, ids, expires: 0 } : { action, ids, seconds: Number(seconds) }
  return { action, ids }
}

function PolicySelect(props: {
  readonly value: string | null
  readonly onChange: (id: string | null) => void
}) {
  const [typed, setTyped] = useState('')
  const [text] = useDebouncedValue(typed, 200)
  const found = useQuery(policyChoicesQuery(props.value === null ? text : ''))
  return (
    <Select
      label="Policy"
      placeholder="Nothing selected"
      searchable
      data={(found.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      value={props.value}
      onChange={props.onChange}
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage="No policy has this name"
    />
  )
}

/** What became of each key; those that failed first. */
function Report(props: {
  readonly keys: readonly KeyRow[]
  readonly report: BulkReport
  readonly onClose: () => void
}) {
  const { results, changed, done, failed } = props.report
  const names = new Map(props.keys.map((row) => [row.key_hash, keyName(row)]))
  const ordered = [...results].sort((one, other) => Number(one.ok) - Number(other.ok))
  const unchanged = done - changed
  return (
    <Stack gap="md">
      <Text size="sm" role="status">
        {[
          `${counted(changed, 'key')} changed`,
          ...(unchanged > 0 ? [`${counted(unchanged, 'key')} as before`] : []),
          ...(failed > 0 ? [`${counted(failed, 'key')} failed`] : []),
        ].join(', ')}
        .
      </Text>
      <ul className={classes.rules} aria-label="What became of each key">
        {ordered.map((result) => (
          <li key={result.id}>
            <Group gap="xs" wrap="nowrap" align="flex-start">
              {result.ok ? (
                <StatusBadge
                  tone={result.changed ? 'good' : 'info'}
                  word={result.changed ? 'Changed' : 'As before'}
                />
              ) : (
                <StatusBadge tone="bad" word="Failed" />
              )}
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {names.get(result.id) ?? result.id}
                {!result.ok && `: ${result.error}`}
              </Text>
            </Group>
          </li>
        ))}
      </ul>
      <Group justify="flex-end">
        <Button variant="default" onClick={props.onClose}>
          Close
        </Button>
      </Group>
    </Stack>
  )
}

function namesOf(keys: readonly KeyRow[]): string {
  const [first] = keys
  return keys.length === 1 && first !== undefined ? keyName(first) : counted(keys.length, 'key')
}
