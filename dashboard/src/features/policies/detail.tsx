import { Button, List, Stack, Text } from '@mantine/core'
import { IconCopyPlus, IconTrash } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { text } from '../../lib/json-values.ts'
import { count, counted } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { Identifier } from '../../ui/identifier.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { PathTabs } from '../../ui/path-tabs.tsx'
import { RawDocument } from '../../ui/raw-document.tsx'
import { ReadOnly } from '../../ui/read-only.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { KeysTab } from './keys-tab.tsx'
import { PolicyStatus } from './list.tsx'
import { policyProblems } from './policy-check.ts'
import { changeInWords, type PolicyDocument, policyId, policyName, type Reach } from './policy-document.ts'
import { notYet, PolicyForm } from './policy-form.tsx'
import { deletePolicy, keysOfPolicyQuery, policyQuery, updatePolicy } from './queries.ts'

/** Everything about one policy. */
export function PolicyPage() {
  const { id = '', tab = 'settings' } = useParams({ strict: false })
  const policy = useQuery(policyQuery(id))
  return (
    <Loaded title="Policy" query={policy}>
      {(stored) => <Policy key={text(stored._id)} address={id} tab={tab} stored={stored} />}
    </Loaded>
  )
}

type Props = { readonly stored: PolicyDocument; readonly keys: number | undefined }

function Policy(props: { readonly address: string; readonly tab: string; readonly stored: PolicyDocument }) {
  const { stored, address } = props
  const may = usePermissions()
  const id = policyId(stored)
  const keys = useQuery(keysOfPolicyQuery(id, may('keys', 'read'))).data
  const canKeys = may('keys', 'read')
  const tab = props.tab === 'document' || (props.tab === 'keys' && canKeys) ? props.tab : 'settings'
  return (
    <>
      <PageHeader
        title={policyName(stored)}
        beside={<PolicyStatus policy={stored} />}
        about={<Identifier value={id} what="policy ID" />}
        actions={may('policies', 'write') && <Actions stored={stored} keys={keys} />}
      />
      <PathTabs
        label="Policy"
        current={tab}
        tabs={[
          { value: 'settings', label: 'Settings', to: paths.policy(address) },
          ...(canKeys
            ? [
                {
                  value: 'keys',
                  label: keys === undefined ? 'Keys' : `Keys (${count(keys)})`,
                  to: paths.policy(address, 'keys'),
                },
              ]
            : []),
          { value: 'document', label: 'Document', to: paths.policy(address, 'document') },
        ]}
      >
        {tab === 'settings' && <Settings stored={stored} keys={keys} />}
        {tab === 'keys' && <KeysTab id={id} />}
        {tab === 'document' && <Document stored={stored} keys={keys} />}
      </PathTabs>
    </>
  )
}

/** Saving, as both tabs do it. When the policy has another id now, the page goes to its new address. */
function useSave(stored: PolicyDocument, tab: string, done: () => void = () => undefined) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: (document: PolicyDocument) => updatePolicy(text(stored._id), document),
    onSuccess: async (_, document) => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['policies'] }),
        queryClient.invalidateQueries({ queryKey: ['keys'] }),
      ])
      done()
      toastDone('The policy has been changed; it is in force')
      const next = text(document.id) || text(stored._id)
      if (next !== policyId(stored)) await navigate({ to: paths.policy(next, tab), replace: true })
    },
  })
}

function Settings({ stored, keys }: Props) {
  const may = usePermissions()
  const form = useDocumentForm<PolicyDocument>(stored)
  const [reach, setReach] = useState<Reach>()
  const [waiting, setWaiting] = useState<string>()
  const [isAsking, setAsking] = useState(false)
  const save = useSave(stored, 'settings', () => {
    form.reset()
    setReach(undefined)
  })
  const canWrite = may('policies', 'write')
  const reset = () => {
    form.reset()
    setReach(undefined)
  }
  return (
    <>
      <ReadOnly reason={canWrite ? undefined : 'You may look at policies, but not change them.'}>
        <PolicyForm
          form={form}
          stored={stored}
          error={save.error}
          reach={reach}
          onReach={setReach}
          onWaiting={setWaiting}
        />
      </ReadOnly>
      {canWrite && (
        <SaveBar
          form={{ ...form, reset }}
          action="Save"
          onSave={() => (keys === 0 ? save.mutate(form.documentToSend) : setAsking(true))}
          isSaving={save.isPending}
          error={save.error}
          reason={form.isDirty ? notYet(form.documentToSend, reach, waiting) : undefined}
        />
      )}
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Change the policy “${policyName(stored)}”?`}
        action="Save"
        isHarmless
        // What goes wrong is told in the form, where it can be mended.
        onConfirm={async () => save.mutate(form.documentToSend)}
      >
        <Stack gap="sm">
          <Text size="sm">{touched(keys)}</Text>
          <List size="sm" spacing={4}>
            {form.changes.map((change) => (
              <List.Item key={change.path.join('/')} style={{ overflowWrap: 'anywhere' }}>
                {changeInWords(change)}
              </List.Item>
            ))}
          </List>
        </Stack>
      </ConfirmDialog>
    </>
  )
}

/** What a change reaches. */
function touched(keys: number | undefined): string {
  if (keys === undefined) return 'This applies at once to every key that lists the policy.'
  if (keys === 0) return 'No key lists this policy yet.'
  return `This applies to ${counted(keys, 'key')} at once.`
}

function Document({ stored, keys }: Props) {
  const may = usePermissions()
  const save = useSave(stored, 'document')
  return (
    <RawDocument
      label="Policy as JSON"
      stored={stored}
      check={policyProblems}
      consequence={touched(keys)}
      onSave={
        may('policies', 'write')
          ? // An object that was typed; what is in it the server judges.
            (document) => save.mutateAsync(document as PolicyDocument)
          : undefined
      }
    />
  )
}

function Actions({ stored, keys }: Props) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [isAsking, setAsking] = useState(false)
  const name = policyName(stored)
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconCopyPlus size={16} />}
        renderRoot={(props) => <Link to={paths.copyOfPolicy(policyId(stored))} {...props} />}
      >
        Duplicate
      </Button>
      <Button variant="default" leftSection={<IconTrash size={16} />} onClick={() => setAsking(true)}>
        Delete
      </Button>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`Delete the policy “${name}”?`}
        action="Delete"
        {...(keys !== 0 && { typeName: name })}
        onConfirm={async () => {
          await deletePolicy(text(stored._id))
          toastDone('The policy has been deleted')
          await navigate({ to: paths.policies() })
          await Promise.all([
            queryClient.invalidateQueries({ queryKey: ['policies', 'list'] }),
            queryClient.invalidateQueries({ queryKey: ['keys'] }),
          ])
        }}
      >
        {keys === 0
          ? 'No key lists it.'
          : `${keys === undefined ? 'Keys that list it lose' : `${counted(keys, 'key')} will lose`} what it gives at once. Those that have no other policy open nothing from then on.`}
      </ConfirmDialog>
    </>
  )
}
