import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { certificateUse, namedCertificates } from '@tollgate/model/definition/certificate-use'
import { goRegExp } from '@tollgate/model/definition/go-regexp'
import { templateExpression } from '@tollgate/model/definition/path-template'
import { hostName } from '@tollgate/model/host-name'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import type { AskedHosts } from '../edge/asked-hosts.ts'
import { type ApiTls, type NameTable, namesOf, nameTable, type StoredPair } from '../edge/tls-certificates.ts'
import { CertificateMissing } from '../pipeline/compile-error.ts'
import type { StoredCertificates } from './stored-certificates.ts'

/**
 * What APIs add to TLS on the gateway's port: the certificates of their domains, and for which hosts clients are asked for
 * one. A host belongs to the organisation of the API whose domain it is, and only that one's certificates are shown there.
 * @param records older ones first: they keep a domain that two claim
 */
export function apiTls(records: readonly ApiRecord[], certificates: StoredCertificates): ApiTls {
  const parts = records.map(partOf)
  const asking = askingParts(parts)
  const hosts = hostTable(parts, asking)
  const byOrganisation = new Map<string, NameTable<StoredPair>>()

  const pairsOf = (orgId: string, ids: readonly string[]): readonly StoredPair[] =>
    ids.flatMap((id) => pairIfAny(certificates, orgId, id) ?? [])

  function namesOfOrganisation(orgId: string): NameTable<StoredPair> {
    const known = byOrganisation.get(orgId)
    if (known !== undefined) return known
    const ids = parts.filter((part) => part.isServed && part.orgId === orgId).flatMap((part) => part.server)
    const made = nameTable(pairsOf(orgId, ids).map((pair) => [namesOf(pair), pair] as const))
    byOrganisation.set(orgId, made)
    return made
  }

  return {
    certificateFor(host) {
      const { orgId, domainCertificates } = hosts.find(host)
      if (orgId === undefined) return undefined
      const own = pairsOf(orgId, domainCertificates)
      const table = nameTable(own.map((pair) => [namesOf(pair), pair] as const))
      // An API may show on its domain what is for another name: its own clients see that, nobody else's.
      return table.find(host) ?? namesOfOrganisation(orgId).find(host) ?? own[0]
    },
    holds: certificates.holds,
    asked: askedHosts(parts, asking, hosts),
    clientDigest(all) {
      if (all) return certificates.digest(undefined)
      return parts
        .filter(({ asks }) => asks !== 'nobody')
        .map((part) => clientsOf(part, certificates))
        .join('\n')
    },
    knows: certificates.knows,
  }
}

/** Whether a definition names the certificate anywhere. */
export function names(definition: ApiDefinition, id: string): boolean {
  return namedCertificates(certificateUse(definition)).includes(id)
}

/** Certificates that a definition names and that its organisation does not have. */
export function missingCertificates(
  { definition, orgId }: ApiRecord,
  certificates: StoredCertificates,
): readonly string[] {
  const named = new Set(namedCertificates(certificateUse(definition)))
  return [...named].filter((id) => !certificates.has(orgId, id))
}

/** What one API has to do with TLS. */
type ApiPart = {
  readonly apiId: string
  readonly orgId: string
  /** Reached from outside by itself. */
  readonly isServed: boolean
  /** Lower case, as of `hostName`; empty for none. */
  readonly domain: string
  /** Of a domain with `{name}` parts: whether a host name is one of its. */
  readonly matches: ((host: string) => boolean) | undefined
  readonly server: readonly string[]
  /** Who is asked for a certificate, and which ones do: those listed, or any that a key is bound to. */
  readonly asks: 'nobody' | 'listed' | 'any'
  readonly client: readonly string[]
  /** APIs that are its versions: their clients come by its domain. */
  readonly versions: readonly string[]
}

/** A record is never changed, only replaced. */
const known = new WeakMap<ApiRecord, ApiPart>()

function partOf(record: ApiRecord): ApiPart {
  const before = known.get(record)
  if (before !== undefined) return before
  const { definition, orgId, apiId } = record
  const { server, client } = certificateUse(definition)
  const domain = domainOf(definition)
  const isActive = definition.active !== false
  const { enabled, versions } = definition.definition ?? {}
  const part: ApiPart = {
    apiId,
    orgId,
    isServed: isActive && definition.internal !== true,
    domain,
    matches: domain.includes('{') ? matcher(domain) : undefined,
    server,
    asks: isActive ? asksClient(definition) : 'nobody',
    client,
    versions: enabled === true ? Object.values(versions ?? {}) : [],
  }
  known.set(record, part)
  return part
}

function asksClient(definition: ApiDefinition): ApiPart['asks'] {
  const token = definition.auth_configs?.authToken ?? definition.auth
  if (definition.use_keyless !== true && token?.use_certificate === true) return 'any'
  return definition.use_mutual_tls_auth === true ? 'listed' : 'nobody'
}

function domainOf({ domain = '', domain_disabled }: ApiDefinition): string {
  return domain_disabled === true ? '' : hostName(domain.toLowerCase())
}

/** As the route is found (`edge/route.ts`). What cannot be compiled is reached by no host. */
function matcher(domain: string): (host: string) => boolean {
  const { regexp } = goRegExp(`^${templateExpression(domain, '[^.]+')}$`)
  return regexp === undefined ? () => false : (host) => regexp.test(host)
}

/** What is known of one host name. */
type Host = {
  /** Whose it is; undefined = no API has such a domain. */
  readonly orgId: string | undefined
  /** What the organisation's APIs of exactly this domain name. */
  readonly domainCertificates: readonly string[]
  readonly asked: boolean
}

type HostTable = { find(host: string): Host }

/** Hosts that were looked up lately and are remembered; clients choose them, so there is an end to it. */
const MAX_REMEMBERED = 4_096

function hostTable(parts: readonly ApiPart[], asking: ReadonlySet<ApiPart>): HostTable {
  const served = parts.filter(({ isServed }) => isServed)
  const exact = Map.groupBy(
    served.filter(({ matches }) => matches === undefined),
    ({ domain }) => domain,
  )
  const patterns = served.filter(({ matches }) => matches !== undefined)
  const elsewhere = exact.get('')?.some((part) => asking.has(part)) === true
  const remembered = new Map<string, Host>()

  function look(host: string): Host {
    const own = host === '' ? [] : (exact.get(host) ?? [])
    const all = [...own, ...patterns.filter(({ matches }) => matches?.(host) === true)]
    const orgId = all[0]?.orgId
    return {
      orgId,
      domainCertificates: own.filter((part) => part.orgId === orgId).flatMap(({ server }) => server),
      asked: all.length === 0 ? elsewhere : all.some((part) => asking.has(part)),
    }
  }

  return {
    find(host) {
      const before = remembered.get(host)
      if (before !== undefined) return before
      const found = look(host)
      if (remembered.size >= MAX_REMEMBERED) remembered.clear()
      remembered.set(host, found)
      return found
    },
  }
}

/** APIs whose clients are asked: for themselves, or for one of their versions. */
function askingParts(parts: readonly ApiPart[]): ReadonlySet<ApiPart> {
  const byId = new Map(parts.map((part) => [`${part.orgId} ${part.apiId}`, part]))
  const asksItself = (part: ApiPart | undefined) => part !== undefined && part.asks !== 'nobody'
  return new Set(
    parts.filter(
      (part) => asksItself(part) || part.versions.some((id) => asksItself(byId.get(`${part.orgId} ${id}`))),
    ),
  )
}

function askedHosts(parts: readonly ApiPart[], asking: ReadonlySet<ApiPart>, hosts: HostTable): AskedHosts {
  const served = parts.filter(({ isServed }) => isServed)
  const elsewhere = served.some((part) => part.domain === '' && asking.has(part))
  return {
    ever: served.some((part) => asking.has(part)),
    always: elsewhere && served.every((part) => part.domain === '' || asking.has(part)),
    has: (host) => (host === undefined ? elsewhere : hosts.find(host).asked),
  }
}

/** Names the certificates that clients of an API may show. */
function clientsOf({ orgId, apiId, asks, client }: ApiPart, certificates: StoredCertificates): string {
  if (asks === 'any') return `${apiId} ${certificates.digest(orgId)}`
  return `${apiId} ${client.filter((id) => certificates.has(orgId, id)).join(' ')}`
}

/** What is missing was said when the API was compiled; clients of its domain see that by the certificate they get. */
function pairIfAny(certificates: StoredCertificates, orgId: string, id: string): StoredPair | undefined {
  try {
    return certificates.pair(orgId, id)
  } catch (error) {
    if (error instanceof CertificateMissing) return undefined
    throw error
  }
}
