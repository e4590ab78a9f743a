import { Radio, SimpleGrid } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { rightsOf } from '../../access/rights.ts'
import { usePermissions } from '../../api/me.ts'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { SaveBar } from '../../ui/save-bar.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { policiesOf } from './key-document.ts'
import { KeyForm } from './key-form.tsx'
import { type KeyDocument, updateKey } from './queries.ts'
import { RawDocument } from './raw-document.tsx'

/**
 * A key's form and its raw document: two views of the same edits, saved together. Without a view only what is not saved
 * yet is told.
 */
export function EditKey(props: {
  readonly id: string
  readonly name: string
  readonly form: DocumentForm<KeyDocument>
  readonly stored: KeyDocument
  readonly view: 'edit' | 'document' | undefined
}) {
  const { id, name, form, stored, view } = props
  const may = usePermissions()
  const [keepsCounters, setKeepsCounters] = useState(true)
  const [problem, setProblem] = useState<string>()
  const queryClient = useQueryClient()
  const saving = useMutation({
    mutationFn: () => updateKey(id, form.documentToSend, keepsCounters),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['keys'] })
      form.reset()
      toastDone(`${name} is saved`)
    },
    gcTime: 0,
  })
  const document = form.documentToSend
  const opensNothing = rightsOf(document).length === 0 && policiesOf(document).length === 0
  const hadNothing = rightsOf(stored).length === 0 && policiesOf(stored).length === 0
  const reason =
    problem ?? (opensNothing && !hadNothing ? 'Add an access rule first, or apply a policy' : undefined)
  const mayWrite = may('keys', 'write')
  return (
    <>
      {view === 'edit' && <KeyForm form={form} error={saving.error} />}
      {view === 'document' && (
        <RawDocument form={form} stored={stored} isReadOnly={!mayWrite} onProblem={setProblem} />
      )}
      {mayWrite && (view !== undefined || form.isDirty) && (
        <SaveBar
          form={form}
          action="Save"
          onSave={() => saving.mutate()}
          isSaving={saving.isPending}
          error={saving.error}
          reason={reason}
          {...(form.isDirty && {
            extra: <Counters keeps={keepsCounters} onChange={setKeepsCounters} />,
          })}
        />
      )}
    </>
  )
}

function Counters(props: { readonly keeps: boolean; readonly onChange: (keeps: boolean) => void }) {
  return (
    <Radio.Group
      aria-label="What has been counted so far"
      value={props.keeps ? 'keep' : 'anew'}
      onChange={(value) => props.onChange(value === 'keep')}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
        <Radio
          size="xs"
          value="keep"
          label="What has been counted goes on"
          description="The running quota period and rate stay: what is used is used"
        />
        <Radio
          size="xs"
          value="anew"
          label="Counting starts anew"
          description="The key gets its whole quota and rate again, from now"
        />
      </SimpleGrid>
    </Radio.Group>
  )
}
