import { isOrganisationId } from '@tollgate/model/ids'
import { certificateSecret } from '@tollgate/model/judge/judge-certificate'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import { z } from 'zod'
import { accessDenied } from '../authentication/dashboard-surface.ts'
import { actorOf, organisationFor, type UserCaller } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { Done, ok } from '../envelopes.ts'
import { Problem, type ProblemSpec } from '../errors.ts'
import { createCatalogue } from '../keys/catalogue.ts'
import type { KeyContext } from '../keys/key-context.ts'
import { PageNumber, paged, pageOf } from '../page-query.ts'
import { Reply, type Route, route } from '../route.ts'
import { deleteDependencies, dependentApis, dependentKey } from './certificate-dependencies.ts'
import { certificateProblems as problems } from './certificate-problems.ts'
import {
  CertificateBasics,
  CertificateDetails,
  certificateBasics,
  certificateDetails,
  isExpired,
} from './describe-certificate.ts'
import { addCertificate, deleteCertificate } from './save-certificate.ts'
import { UploadedBody, uploadedFile } from './uploaded-file.ts'

const ListQuery = z.object({
  p: PageNumber,
  mode: z.string().optional(),
  filter: z.enum(['', 'omit', 'with_pk', 'without_pk']).optional(),
})

const CertificateList = z.union([
  z.object({ certs: z.array(z.string()), pages: z.int() }),
  z.object({ cert_basics: z.array(CertificateBasics), pages: z.int() }),
])

const Added = z.object({
  id: z.string(),
  message: z.string(),
  status: z.literal('ok'),
})

const DependencyList = z.object({
  certID: z.string(),
  client_cert_apis: z.array(z.string()),
  client_cert_api_names: z.array(z.string()),
  upstream_cert_apis: z.array(z.string()),
  upstream_cert_api_names: z.array(z.string()),
  key_cert: z.string(),
})

const LinkedApis = z.object({
  cert_id: z.string(),
  apis: z.array(
    z.object({
      api_id: z.string(),
      name: z.string(),
      usage_type: z.array(z.enum(['client', 'upstream', 'server'])),
      tyk_api_type: z.string(),
    }),
  ),
  pages: z.int(),
})

/** /api/certs (dashboard contract, section 1.8). Private keys come in and never go out. */
export const certificateRoutes = (deps: Dependencies): Route[] => {
  const context: KeyContext = { ...deps, catalogue: createCatalogue(deps) }
  return [...collection(deps), ...one(deps), ...dependencies(context, deps.pageSize)]
}

const collection = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/api/certs',
    permission: 'certs:read',
    summary: 'List certificates: their ids, or with mode=detailed what they are for',
    query: ListQuery,
    answer: CertificateList,
    handle: async ({ caller, query }) => {
      const detailed = query.mode === 'detailed'
      const filters = detailed && (query.filter === 'with_pk' || query.filter === 'without_pk')
      const filter = filters ? { hasKey: query.filter === 'with_pk' } : {}
      const page = pageOf(query.p, deps.pageSize)
      const { rows, pages } = await deps.storage.certificates.list(caller.scope, filter, page)
      if (!detailed) return { certs: rows.map(({ id }) => id), pages }
      return { cert_basics: rows.map(certificateBasics), pages }
    },
  }),
  route({
    method: 'GET',
    path: '/api/certs/details',
    permission: 'certs:read',
    summary: 'List certificates with everything that is told of them',
    query: z.object({ p: PageNumber }),
    answer: z.object({ certificates: z.array(CertificateDetails), pages: z.int() }),
    handle: async ({ caller, query }) => {
      const page = pageOf(query.p, deps.pageSize)
      const { rows, pages } = await deps.storage.certificates.list(caller.scope, {}, page)
      return { certificates: rows.map(certificateDetails), pages }
    },
  }),
  route({
    method: 'POST',
    path: '/api/certs',
    permission: 'certs:write',
    summary: 'Add a certificate, with its private key or without, as PEM',
    query: z.object({ org_id: z.string().optional() }),
    body: UploadedBody,
    upload: true,
    answer: Added,
    handle: async ({ caller, query, body }) => {
      const orgId = organisationFor(caller, query.org_id)
      const record = await addCertificate(deps, actorOf(caller), orgId, await uploadedFile(body))
      const added = { id: record.id, message: 'Certificate added', status: 'ok' as const }
      if (!isExpired(record, deps.now())) return added
      return new Reply(added, 200, { 'x-tollgate-warning': 'the certificate has expired' })
    },
  }),
]

const one = (deps: Dependencies): Route[] => [
  route({
    method: 'GET',
    path: '/api/certs/:certId',
    permission: 'certs:read',
    summary: 'Read what a certificate says',
    answer: CertificateDetails,
    handle: async ({ caller, params }) =>
      certificateDetails(await find(deps, caller, params.certId, problems.certificate_not_found)),
  }),
  route({
    method: 'DELETE',
    path: '/api/certs/:certId',
    permission: 'certs:write',
    summary: 'Delete a certificate; what names it is closed from then on',
    answer: z.object({ status: z.literal('ok'), message: z.string() }),
    handle: async ({ caller, params }) => {
      const record = await find(deps, caller, params.certId, problems.certificate_not_deletable)
      await deleteCertificate(deps, actorOf(caller), record)
      return { status: 'ok' as const, message: 'removed' }
    },
  }),
]

const dependencies = (context: KeyContext, pageSize: number): Route[] => [
  route({
    method: 'GET',
    path: '/api/certs/:certId/apis',
    permission: 'certs:read',
    summary: 'List the APIs that name a certificate, and how they use it',
    query: z.object({ p: PageNumber }),
    answer: LinkedApis,
    handle: async ({ caller, params, query }) => {
      const { id, orgId } = await find(context, caller, params.certId, problems.certificate_unknown)
      const { rows, pages } = paged(await dependentApis(context, orgId, id), pageOf(query.p, pageSize))
      const apis = rows.map(({ api, usage }) => ({
        api_id: api.apiId,
        name: api.definition.name ?? '',
        usage_type: [...usage],
        tyk_api_type: api.definition.is_oas === true ? 'Tyk OAS' : 'Tyk Classic',
      }))
      return { cert_id: id, apis, pages }
    },
  }),
  route({
    method: 'GET',
    path: '/api/certs/dependencies/:certId',
    permission: 'certs:read',
    summary: 'Tell which APIs and which key use a certificate',
    answer: DependencyList,
    handle: async ({ caller, params }) => {
      const { id, orgId } = ownOrGone(caller, params.certId)
      const dependents = await dependentApis(context, orgId, id)
      const [client, upstream] = (['client', 'upstream'] as const).map((type) =>
        dependents.flatMap(({ api, usage }) => (usage.includes(type) ? [api] : [])),
      )
      const key = await dependentKey(context, orgId, id)
      return {
        certID: id,
        client_cert_apis: (client ?? []).map(({ apiId }) => apiId),
        client_cert_api_names: (client ?? []).map(({ definition }) => definition.name ?? ''),
        upstream_cert_apis: (upstream ?? []).map(({ apiId }) => apiId),
        upstream_cert_api_names: (upstream ?? []).map(({ definition }) => definition.name ?? ''),
        key_cert: key === undefined ? '' : certificateSecret(orgId, id),
      }
    },
  }),
  route({
    method: 'DELETE',
    path: '/api/certs/dependencies/:certId',
    permission: 'certs:write',
    summary:
      'Take a certificate out of every API that names it for clients or upstreams, and delete its key; needs apis and keys, write, where there are any',
    answer: Done,
    handle: async ({ caller, params }) => {
      const { id, orgId } = ownOrGone(caller, params.certId)
      await refuseBeyondRights(context, caller, orgId, id)
      await deleteDependencies(context, actorOf(caller), orgId, id)
      return ok('Certificate dependencies deletion successfully attempted')
    },
  }),
]

/** The certificate of that id, if it is one of the caller's organisation. Whether another has it is not looked up. */
async function find(
  { storage }: Pick<Dependencies, 'storage'>,
  caller: UserCaller,
  id: string | undefined,
  otherwise: ProblemSpec,
): Promise<CertificateRecord> {
  const record = await storage.certificates.byId(caller.scope, id ?? '')
  if (record !== undefined) return record
  const orgId = organisationOfId(id ?? '')
  const isForeign = caller.scope !== undefined && orgId !== '' && orgId !== caller.scope
  throw new Problem(isForeign ? problems.certificate_foreign : otherwise)
}

/** What may name a certificate that is gone is asked by its id alone. */
function ownOrGone(caller: UserCaller, id = ''): { readonly id: string; readonly orgId: string } {
  const orgId = organisationOfId(id)
  if (orgId === '') throw new Problem(problems.certificate_unknown)
  if (caller.scope !== undefined && orgId !== caller.scope) throw new Problem(problems.certificate_foreign)
  return { id, orgId }
}

/** Who may write certificates may not change APIs or delete keys by that alone. */
async function refuseBeyondRights(
  context: KeyContext,
  caller: UserCaller,
  orgId: string,
  id: string,
): Promise<void> {
  const changesApis = (await dependentApis(context, orgId, id)).length > 0
  const deletesKey = (await dependentKey(context, orgId, id)) !== undefined
  if ((changesApis && !caller.may('apis', 'write')) || (deletesKey && !caller.may('keys', 'write')))
    throw accessDenied(`/api/certs/dependencies/${id}`)
}

/** Hex digits that end the id of a certificate, behind its organisation's. */
const FINGERPRINT_LENGTH = 64

function organisationOfId(id: string): string {
  const orgId = id.slice(0, -FINGERPRINT_LENGTH)
  return isOrganisationId(orgId) && /^[0-9a-f]{64}$/.test(id.slice(-FINGERPRINT_LENGTH)) ? orgId : ''
}
