import { type Claim, claimsMeet, claimsOf, hostOf, namesHost } from '@tollgate/model/definition/claims'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { Stores } from '@tollgate/storage/storage'
import { Problem } from '../errors.ts'
import { apiProblems } from './api-problems.ts'

/**
 * Which domains and listen paths an organisation may take (`TOLLGATE_CLAIMS`): whatever no other organisation has;
 * paths under its own slug and domains that the operator assigned; or assigned ones alone.
 */
export type ClaimRule = 'first-come' | 'by-organisation' | 'assigned'

/** What claims are judged by. */
export type ClaimContext = {
  readonly claimRule: ClaimRule
  /** The names under which clients reach the gateway; undefined = not known. */
  readonly gatewayHosts: readonly string[] | undefined
}

/**
 * Throws `api_url_taken` when the API would cover, or lie under, what another organisation's API serves, and
 * `api_url_not_assigned` when the installation's rule does not give it to its organisation. Neither tells whose it is.
 */
export async function refuseClaims(
  stores: Pick<Stores, 'apis' | 'organisations'>,
  record: ApiRecord,
  context: ClaimContext,
): Promise<void> {
  const { definition, apiId, orgId } = record
  const domain = definition.domain_disabled === true ? '' : (definition.domain ?? '')
  const claims = claimsOf(domain, definition.proxy?.listen_path ?? '', apiId)
  if (context.claimRule !== 'first-come') await refuseUnassigned(stores, claims[0], orgId, context.claimRule)
  const others = await stores.apis.claimsOfOthers(orgId)
  for (const other of others) {
    const taken = claimsOf(other.domain, other.listenPath, other.apiId)
    if (claims.some((own) => taken.some((theirs) => claimsMeet(own, theirs, context.gatewayHosts))))
      throw new Problem(apiProblems.api_url_taken)
  }
}

async function refuseUnassigned(
  { organisations }: Pick<Stores, 'organisations'>,
  claim: Claim | undefined,
  orgId: string,
  rule: ClaimRule,
): Promise<void> {
  const organisation = (await organisations.byId(orgId))?.organisation
  const { domains, listen_paths: assigned } = organisation?.gateway_claims ?? {}
  if (claim === undefined) return
  if (claim.domain !== '') {
    if ((domains ?? []).some((own) => hostOf(own) === claim.domain || namesHost(own, claim.domain))) return
    throw new Problem(apiProblems.api_url_not_assigned)
  }
  const prefixes = (assigned ?? []).map((path) => `${path.replace(/\/+$/, '')}/`)
  const slug = organisation?.owner_slug ?? ''
  if (rule === 'by-organisation' && slug !== '') prefixes.push(`/${slug}/`)
  if (!prefixes.some((prefix) => `${claim.path.replace(/\/+$/, '')}/`.startsWith(prefix)))
    throw new Problem(apiProblems.api_url_not_assigned)
}
