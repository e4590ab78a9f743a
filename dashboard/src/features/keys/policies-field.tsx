import { MultiSelect, TagsInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { policiesOfQuery, policyChoicesQuery } from '../../access/choices.ts'
import { usePermissions } from '../../api/me.ts'
import { text } from '../../lib/json-values.ts'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { policiesOf } from './key-document.ts'
import type { KeyDocument } from './queries.ts'

/** The policies that are applied to the key, in their order. */
export function PoliciesField({ form }: { readonly form: DocumentForm<KeyDocument> }) {
  const may = usePermissions()
  const applied = [...new Set(policiesOf(form.documentToSend))]
  const change = (next: string[]) => {
    const single = text(form.get(['apply_policy_id']))
    if (single !== '' && !next.includes(single)) form.set(['apply_policy_id'], '')
    form.set(
      ['apply_policies'],
      next.filter((id) => id !== single),
    )
  }
  if (!may('policies', 'read')) {
    return (
      <TagsInput
        label="Policies"
        description="You may not see the list of policies: give their ids"
        value={applied}
        onChange={change}
      />
    )
  }
  return <Chooser applied={applied} onChange={change} />
}

function Chooser(props: {
  readonly applied: readonly string[]
  readonly onChange: (next: string[]) => void
}) {
  const [typed, setTyped] = useState('')
  const [asked] = useDebouncedValue(typed, 200)
  const found = useQuery(policyChoicesQuery(asked))
  const named = useQuery(policiesOfQuery(props.applied))
  const names = new Map([...(named.data ?? []), ...(found.data ?? [])].map((policy) => [policy.id, policy]))
  const data = [...new Set([...props.applied, ...(found.data ?? []).map(({ id }) => id)])].map((id) => {
    const policy = names.get(id)
    return {
      value: id,
      label: policy === undefined ? id : `${policy.name}${policy.isActive ? '' : ' (off)'}`,
    }
  })
  return (
    <>
      <MultiSelect
        label="Policies"
        description="Several are merged: rights add up, the higher limit counts"
        {...(props.applied.length === 0 && { placeholder: 'Nothing selected' })}
        searchable
        hidePickedOptions
        data={data}
        filter={({ options }) => options}
        value={[...props.applied]}
        onChange={props.onChange}
        searchValue={typed}
        onSearchChange={setTyped}
        nothingFoundMessage={
          found.isFetching
            ? 'Searching'
            : typed === ''
              ? 'There is no policy to add'
              : 'No policy has this name'
        }
      />
      {found.error !== null && <ErrorBox error={found.error} onRetry={found.refetch} />}
    </>
  )
}
