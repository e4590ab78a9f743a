import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { type Answer, type Input, request } from '../../api/request.ts'

/** A certificate, as the list tells of it. */
export type CertificateRow = Extract<
  Answer<'GET /api/certs'>,
  { readonly cert_basics: unknown }
>['cert_basics'][number]
/** All that is told of a certificate; a private key never is. */
export type Certificate = Answer<'GET /api/certs/{certId}'>
/** An API that names a certificate, and what for. */
export type Use = Answer<'GET /api/certs/{certId}/apis'>['apis'][number]

type Filter = NonNullable<Input<'GET /api/certs'>['query']>['filter']

/** One page of the certificates. Every query of this feature has a key that begins with 'certificates'. */
export function certificatesQuery(asked: { readonly page: number; readonly filter: string }) {
  return queryOptions({
    queryKey: ['certificates', 'list', asked],
    queryFn: async ({ signal }) => {
      // A filter of no such name, from an address that was typed, is answered with what is wrong.
      const query = { p: String(asked.page), mode: 'detailed', filter: asked.filter as Filter }
      const answer = await request('GET /api/certs', { query, signal })
      return { rows: 'cert_basics' in answer ? answer.cert_basics : [], pages: answer.pages }
    },
    placeholderData: keepPreviousData,
  })
}

/** What a certificate says. */
export function certificateQuery(id: string) {
  return queryOptions({
    queryKey: ['certificates', 'one', id],
    queryFn: ({ signal }) => request('GET /api/certs/{certId}', { params: { certId: id }, signal }),
  })
}

/** Every API that names a certificate. */
export function usesQuery(id: string) {
  return queryOptions({
    queryKey: ['certificates', 'uses', id],
    queryFn: async ({ signal }) => {
      const input = { params: { certId: id }, query: { p: '-1' }, signal }
      return (await request('GET /api/certs/{certId}/apis', input)).apis
    },
  })
}

/** The key that a certificate stands for; null when there is none. Its secret is asked with and not kept. */
export function boundKeyQuery(id: string) {
  return queryOptions({
    queryKey: ['certificates', 'key', id],
    queryFn: async ({ signal }) => {
      const input = { params: { certId: id }, signal }
      const { key_cert: q } = await request('GET /api/certs/dependencies/{certId}', input)
      if (q === '') return null
      const { keys } = await request('POST /api/keys/search', { body: { q }, signal })
      const [key] = keys
      return key === undefined ? null : { id: key.key_hash, name: key.alias || key.key_hash }
    },
  })
}

/** Adds a certificate: PEM, with its private key or without. */
export function addCertificate(pem: Blob): Promise<Answer<'POST /api/certs'>> {
  return request('POST /api/certs', { body: pem })
}

/** Deletes a certificate; with `dependents` it is taken out of what names it first, and its key is deleted. */
export async function deleteCertificate(id: string, dependents: boolean): Promise<void> {
  const params = { certId: id }
  if (dependents) await request('DELETE /api/certs/dependencies/{certId}', { params })
  await request('DELETE /api/certs/{certId}', { params })
}
