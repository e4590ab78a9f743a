import { isIP } from 'node:net'
import { hostName } from '@tollgate/model/host-name'

/** Whose clients are asked for a certificate, by the host name that they want. */
export type AskedHosts = {
  /** There is a host whose clients are asked. */
  readonly ever: boolean
  /** There is none whose clients are not. */
  readonly always: boolean
  /** @param host in normal form; undefined = the client names none */
  has(host: string | undefined): boolean
}

/**
 * A host name as names are compared and routes are found: lower case, without a port and the dot of the root. undefined for
 * what is no name of a host: nothing, or an address, which SNI must not hold (RFC 6066, 3).
 */
export function normalHost(authority: string | undefined): string | undefined {
  if (authority === undefined) return undefined
  const host = hostName(authority).toLowerCase()
  return host === '' || host === '.' || host.startsWith('[') || isIP(host) !== 0 ? undefined : host
}
