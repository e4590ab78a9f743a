import { isIP } from 'node:net'

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
 * A host name as names are compared: lower case, without a port and the dot of the root. undefined for what is no name of
 * a host: nothing, or an address, which SNI must not hold (RFC 6066, 3).
 */
export function normalHost(authority: string | undefined): string | undefined {
  if (authority === undefined || authority === '') return undefined
  const colon = authority.lastIndexOf(':')
  const name = colon > authority.lastIndexOf(']') ? authority.slice(0, colon) : authority
  const host = (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
  return host === '' || host.startsWith('[') || isIP(host) !== 0 ? undefined : host
}
