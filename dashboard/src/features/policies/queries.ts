import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type Answer, type Input, request } from '../../api/request.ts'
import { copyText } from '../../lib/copy-text.ts'
import { type Found, paletteRows } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'
import { toastDone } from '../../ui/toast.tsx'
import { type PolicyDocument, policyId, policyName } from './policy-document.ts'

type ListQuery = NonNullable<Input<'GET /api/portal/policies'>['query']>

/** What a list of policies is asked for. */
export type PoliciesAsked = {
  readonly page: number
  readonly q: string
  readonly sort: string
  /** active, draft or deny; '' for any. */
  readonly state: string
  readonly apiId: string
}

/** One page of the policies. Every query of this feature has a key that begins with 'policies'. */
export function policiesQuery(asked: PoliciesAsked) {
  return queryOptions({
    queryKey: ['policies', 'list', asked],
    queryFn: async ({ signal }) => {
      const query: ListQuery = {
        p: String(asked.page),
        q: asked.q,
        // A sort of no such name, from an address that was typed, is answered with what is wrong.
        sort: asked.sort as ListQuery['sort'],
        state: asked.state,
        api_id: asked.apiId,
        page_size: '20',
      }
      const { Data, Pages, Total } = await request('GET /api/portal/policies', { query, signal })
      return { rows: Data, pages: Pages, total: Total }
    },
    placeholderData: keepPreviousData,
  })
}

/** One policy, by either of its ids. */
export function policyQuery(id: string, enabled = true) {
  return queryOptions({
    queryKey: ['policies', 'one', id],
    queryFn: ({ signal }): Promise<PolicyDocument> =>
      request('GET /api/portal/policies/{id}', { params: { id }, signal }),
    enabled: enabled && id !== '',
  })
}

/** How many keys list a policy. */
export function keysOfPolicyQuery(id: string, enabled: boolean) {
  return queryOptions({
    queryKey: ['policies', 'key-count', id],
    queryFn: async ({ signal }) => {
      const body = { policy_id: id, page_size: 1 }
      return (await request('POST /api/keys/search', { body, signal })).total
    },
    enabled: enabled && id !== '',
  })
}

/** A key that lists a policy, and what becomes of its requests. */
export type PolicyKey = Answer<'GET /api/portal/policies/{id}/keys'>['keys'][number]

/** One page of the keys that list a policy. */
export function policyKeysQuery(id: string, page: number) {
  return queryOptions({
    queryKey: ['policies', 'keys', id, page],
    queryFn: async ({ signal }) => {
      const input = { params: { id }, query: { p: String(page) }, signal }
      const { keys, pages } = await request('GET /api/portal/policies/{id}/keys', input)
      return { rows: keys, pages }
    },
    placeholderData: keepPreviousData,
  })
}

/** Policies for the palette. */
export async function findPolicies(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const query = { q: text, p: '1', page_size: String(paletteRows) }
  const { Data } = await request('GET /api/portal/policies', { query, signal })
  return Data.map((policy) => {
    const id = policyId(policy)
    return {
      id,
      label: policyName(policy),
      description: id,
      to: paths.policy(id),
      actions: [
        { label: 'Copy policy ID', run: () => copyId(id) },
        {
          label: 'Duplicate',
          permission: ['policies', 'write'] as const,
          to: paths.copyOfPolicy(id),
        },
      ],
    }
  })
}

async function copyId(id: string): Promise<void> {
  if (await copyText(id)) toastDone('The policy ID is in the clipboard')
}

type Body = NonNullable<Input<'POST /api/portal/policies'>['body']>

/** Creates a policy. @returns its id */
export async function createPolicy(document: PolicyDocument): Promise<string> {
  // What a form or a person wrote is judged by the server.
  return (await request('POST /api/portal/policies', { body: document as Body })).Message
}

/** Replaces a policy; in force for every key that lists it when this is answered. */
export function updatePolicy(id: string, document: PolicyDocument): Promise<unknown> {
  return request('PUT /api/portal/policies/{id}', { params: { id }, body: document as Body })
}

/** Deletes a policy. */
export function deletePolicy(id: string): Promise<unknown> {
  return request('DELETE /api/portal/policies/{id}', { params: { id } })
}
