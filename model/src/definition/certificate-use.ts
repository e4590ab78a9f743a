/**
 * Where an API definition names certificates of the store (gateway contract, section 6.1). An id is the organisation's id
 * and the SHA-256 fingerprint, 64 hex; a bare fingerprint means one of the API's own organisation.
 */
export type CertificateUse = {
  /** `certificates`: what the gateway itself shows, for the API's domain. */
  readonly server: readonly string[]
  /** `client_certificates`: whom a mutual-TLS API lets in. */
  readonly client: readonly string[]
  /** `upstream_certificates`: what the gateway shows to upstreams, by pattern of their host. */
  readonly upstream: readonly (readonly [pattern: string, id: string])[]
  /** `pinned_public_keys`: whose keys an upstream's must be one of, by pattern of its host. */
  readonly pinned: readonly (readonly [pattern: string, ids: readonly string[]])[]
}

/** The part of a definition that names certificates. */
export type CertificateFields = {
  readonly org_id?: string | undefined
  readonly certificates?: readonly string[] | null | undefined
  readonly client_certificates?: readonly string[] | null | undefined
  readonly upstream_certificates?: Readonly<Record<string, string>> | null | undefined
  readonly upstream_certificates_disabled?: boolean | undefined
  readonly pinned_public_keys?: Readonly<Record<string, string>> | null | undefined
  readonly certificate_pinning_disabled?: boolean | undefined
}

const FINGERPRINT = /^[0-9a-f]{64}$/

/** The id of a certificate as the store has it. */
export function certificateId(orgId: string, named: string): string {
  const id = named.trim().toLowerCase()
  return FINGERPRINT.test(id) ? orgId + id : id
}

/** The certificates that a definition names, with their whole ids; what it switches off is left out. */
export function certificateUse(definition: CertificateFields): CertificateUse {
  const orgId = definition.org_id ?? ''
  const ids = (list: readonly string[] | null | undefined) =>
    (list ?? []).filter((id) => id.trim() !== '').map((id) => certificateId(orgId, id))
  const byHost = (map: Readonly<Record<string, string>> | null | undefined) =>
    Object.entries(map ?? {}).map(([host, id]) => [host.trim().toLowerCase(), id] as const)
  const upstream = definition.upstream_certificates_disabled ? {} : definition.upstream_certificates
  const pinned = definition.certificate_pinning_disabled ? {} : definition.pinned_public_keys
  return {
    server: ids(definition.certificates),
    client: ids(definition.client_certificates),
    upstream: byHost(upstream).flatMap(([host, id]) => ids([id]).map((whole) => [host, whole] as const)),
    pinned: byHost(pinned).map(([host, list]) => [host, ids(list.split(','))] as const),
  }
}

/** All ids of a use. */
export function namedCertificates({ server, client, upstream, pinned }: CertificateUse): readonly string[] {
  return [...server, ...client, ...upstream.map(([, id]) => id), ...pinned.flatMap(([, ids]) => ids)]
}

/** What is listed for a host: by its name with port, by its name, by a wildcard for its first label, or for all. */
export function forHost<T>(
  listed: readonly (readonly [pattern: string, value: T])[],
  host: string,
  port: number,
): T | undefined {
  const name = host.toLowerCase()
  const dot = name.indexOf('.')
  const patterns = [`${name}:${port}`, name, ...(dot < 0 ? [] : [`*${name.slice(dot)}`]), '*']
  for (const pattern of patterns) {
    const found = listed.find(([candidate]) => candidate === pattern)
    if (found !== undefined) return found[1]
  }
  return undefined
}
