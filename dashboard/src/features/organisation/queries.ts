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

/** What the organisation asks of its users when they sign in. */
export type SignInRules = Answer<'GET /api/organisation/sign-in'>

/** What the organisation asks of its users when they sign in; for administrators. */
export const signInRulesQuery = queryOptions({
  queryKey: ['organisation', 'sign-in'],
  queryFn: ({ signal }) => request('GET /api/organisation/sign-in', { signal }),
})

/** Sets it. */
export function updateSignInRules({ administrators: _, ...body }: SignInRules): Promise<unknown> {
  return request('PUT /api/organisation/sign-in', { body })
}

/** An identity provider as it is shown. */
export type ShownProvider = Answer<'GET /api/identity-providers/{providerId}'>

/** An identity provider as it is sent; the secret goes to the server alone. */
export type ProviderDocument = NonNullable<Input<'POST /api/identity-providers'>['body']>

/** The identity providers of the organisation; for administrators. */
export const providersQuery = queryOptions({
  queryKey: ['identity-providers', 'list'],
  queryFn: ({ signal }) => request('GET /api/identity-providers', { signal }),
})

/** One identity provider. */
export function providerQuery(providerId: string) {
  return queryOptions({
    queryKey: ['identity-providers', 'one', providerId],
    queryFn: ({ signal }) =>
      request('GET /api/identity-providers/{providerId}', { params: { providerId }, signal }),
  })
}

/** Adds an identity provider. @returns its id */
export async function createProvider(body: ProviderDocument): Promise<string> {
  return (await request('POST /api/identity-providers', { body })).Meta
}

/** Replaces an identity provider. */
export function updateProvider(providerId: string, body: ProviderDocument): Promise<unknown> {
  return request('PUT /api/identity-providers/{providerId}', { params: { providerId }, body })
}

/** Removes an identity provider. */
export function deleteProvider(providerId: string): Promise<unknown> {
  return request('DELETE /api/identity-providers/{providerId}', { params: { providerId } })
}

/** Asks an identity provider what it says of itself; fails when it cannot be used. */
export function checkProvider(providerId: string) {
  return request('POST /api/identity-providers/{providerId}/check', { params: { providerId } })
}
