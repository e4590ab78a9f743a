import { certificateId } from '@tollgate/model/definition/certificate-use'
import type { CertificateRecord } from '@tollgate/storage/records/certificates'
import { z } from 'zod'
import { actorOf } from '../caller.ts'
import {
  CertificateBasics,
  CertificateDetails,
  certificateBasics,
  certificateDetails,
} from '../certificates/describe-certificate.ts'
import { addCertificate, deleteCertificate } from '../certificates/save-certificate.ts'
import { UploadedBody, uploadedFile } from '../certificates/uploaded-file.ts'
import type { Dependencies } from '../dependencies.ts'
import { Problem } from '../errors.ts'
import { csv } from '../page-query.ts'
import { type Route, route } from '../route.ts'
import { StatusMessage } from './control-answers.ts'
import { controlProblems as problems } from './control-problems.ts'
import { organisationOf, scopeOf } from './organisation-of.ts'

const OrgQuery = z.object({ org_id: z.string().optional() })
const Added = z.object({ id: z.string(), status: z.literal('ok'), message: z.string() })

/** Ids of one path at most. */
const MAX_IDS = 100

/** /tyk/certs (gateway contract, section 3): the same records as /api/certs. */
export const controlCertificateRoutes = (deps: Dependencies): Route[] => {
  const access = { permission: 'control-secret' } as const
  const listed = async (ids: string, orgId: string | undefined) => {
    const scope = await scopeOf(deps, { org_id: orgId })
    const found: CertificateRecord[] = []
    for (const id of csv(ids).slice(0, MAX_IDS)) {
      const record = await deps.storage.certificates.byId(scope, certificateId(scope ?? '', id))
      if (record === undefined) throw new Problem(problems.certificate_not_found)
      found.push(record)
    }
    if (found.length === 0) throw new Problem(problems.certificate_not_found)
    return found
  }

  return [
    route({
      ...access,
      method: 'GET',
      path: '/tyk/certs',
      summary: 'List certificates; with mode=detailed what they are for',
      query: z.object({ ...OrgQuery.shape, mode: z.string().optional() }),
      answer: z.object({ certs: z.array(z.union([z.string(), CertificateBasics])) }),
      handle: async ({ query }) => {
        const scope = query.org_id === '' ? undefined : query.org_id
        const { rows } = await deps.storage.certificates.list(scope, {}, { page: 0, size: deps.pageSize })
        if (query.mode !== 'detailed') return { certs: rows.map(({ id }) => id) }
        return { certs: rows.map(certificateBasics) }
      },
    }),
    route({
      ...access,
      method: 'POST',
      path: '/tyk/certs',
      summary: 'Add a certificate, with its private key or without, as PEM',
      query: OrgQuery,
      body: UploadedBody,
      upload: true,
      answer: Added,
      handle: async ({ caller, query, body }) => {
        const orgId = await organisationOf(deps, { named: query.org_id })
        const { id } = await refusedAs403(async () =>
          addCertificate({ ...deps, adopts: true }, actorOf(caller), orgId, await uploadedFile(body)),
        )
        return { id, status: 'ok' as const, message: 'Certificate added' }
      },
    }),
    route({
      ...access,
      method: 'GET',
      path: '/tyk/certs/:certId',
      summary: 'Read what a certificate says, or several, separated by commas',
      query: OrgQuery,
      answer: z.union([CertificateDetails, z.array(CertificateDetails)]),
      handle: async ({ params, query }) => {
        const records = await listed(params.certId ?? '', query.org_id)
        const details = records.map(certificateDetails)
        const [only] = details
        return details.length === 1 && only !== undefined ? only : details
      },
    }),
    route({
      ...access,
      method: 'DELETE',
      path: '/tyk/certs/:certId',
      summary: 'Delete a certificate, or several, separated by commas',
      query: OrgQuery,
      answer: StatusMessage,
      handle: async ({ caller, params, query }) => {
        for (const record of await listed(params.certId ?? '', query.org_id))
          await deleteCertificate(deps, actorOf(caller), record)
        return { status: 'ok', message: 'removed' }
      },
    }),
  ]
}

/** This surface answers what is wrong with an upload with one status. */
async function refusedAs403<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof Problem) || !error.code.startsWith('certificate_')) throw error
    if (error.status === 413) throw error
    throw new Problem({ ...problems.certificate_refused, message: error.message })
  }
}
