import { queryOptions } from '@tanstack/react-query'
import { type Answer, type Input, request } from '../../api/request.ts'

/** The organisation's document. */
export type OrganisationDocument = Answer<'GET /api/organisation'>

/** The organisation of who is signed in. */
export const organisationQuery = queryOptions({
  queryKey: ['organisation'],
  queryFn: ({ signal }) => request('GET /api/organisation', { signal }),
})

/** Replaces the document, whole. */
export function updateOrganisation(document: object): Promise<unknown> {
  // What was typed as a document is judged by the server.
  const body = document as NonNullable<Input<'PUT /api/organisation'>['body']>
  return request('PUT /api/organisation', { body })
}
