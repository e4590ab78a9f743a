import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { Loaded } from '../../ui/loaded.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { copyOf, newPolicy, type PolicyDocument, type Reach } from './policy-document.ts'
import { notYet, PolicyForm } from './policy-form.tsx'
import { createPolicy, policyQuery } from './queries.ts'

/** Creating a policy, from nothing or as a copy of another: `?from=<id>`. */
export function NewPolicyPage() {
  const { from = '' } = useSearch({ strict: false }) as { readonly from?: string }
  const original = useQuery(policyQuery(from))
  if (from === '') return <NewPolicy key="new" template={newPolicy} />
  return (
    <Loaded title="Create a policy" query={original}>
      {(policy) => <NewPolicy key={from} template={copyOf(policy)} />}
    </Loaded>
  )
}

function NewPolicy(props: { readonly template: PolicyDocument }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  // The template stays what it was first, though the original may be read again meanwhile.
  const [template] = useState(props.template)
  const form = useDocumentForm<PolicyDocument>(template)
  const [reach, setReach] = useState<Reach>()
  const [waiting, setWaiting] = useState<string>()
  const create = useMutation({
    mutationFn: () => createPolicy(form.documentToSend),
    onSuccess: async (id) => {
      await queryClient.invalidateQueries({ queryKey: ['policies'] })
      toastDone('The policy has been created')
      await navigate({ to: paths.policy(id) })
    },
  })
  return (
    <>
      <PageHeader
        title="Create a policy"
        about="Keys that list it get its rights and limits, and every later change of them"
        actions={
          <Button variant="default" renderRoot={(root) => <Link to={paths.policies()} {...root} />}>
            Cancel
          </Button>
        }
      />
      <PolicyForm
        form={form}
        stored={template}
        error={create.error}
        reach={reach}
        onReach={setReach}
        onWaiting={setWaiting}
      />
      <SaveBar
        form={form}
        action="CREATE"
        isNew
        onSave={() => create.mutate()}
        isSaving={create.isPending}
        error={create.error}
        reason={notYet(form.documentToSend, reach, waiting)}
      />
    </>
  )
}
