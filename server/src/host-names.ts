import { isIP } from 'node:net'

/** Whether a request may name this authority (`host:port`, lower case; empty when it names none). */
export type KnowsHost = (authority: string) => boolean

/**
 * Which names the dashboard's port answers to. A page of any site can have its own name resolve to this machine and then
 * read what is served under that name (DNS rebinding); it cannot with an address or `localhost`, which nobody can point
 * elsewhere. So these are always known.
 * @param listenHost the address the port listens on: on loopback nobody but this machine asks, and no other name is known
 * @param names what the settings say: names, `*.example.com` for all below one, `*` for any; empty = nothing is said
 */
export function hostNames(listenHost: string, names: readonly string[]): KnowsHost {
  if (names.includes('*') || (names.length === 0 && !isLoopback(listenHost))) return () => true
  const exact = new Set(names.map(lower))
  if (isIP(listenHost) === 0) exact.add(lower(listenHost))
  const suffixes = names.filter((name) => name.startsWith('*.')).map((name) => lower(name.slice(1)))
  return (authority) => {
    const name = nameOf(authority)
    if (name === '' || isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost')) return true
    return exact.has(name) || suffixes.some((suffix) => name.endsWith(suffix))
  }
}

function nameOf(authority: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(authority)
  if (bracketed) return bracketed[1] ?? ''
  return lower(authority.replace(/:\d*$/, '')).replace(/\.$/, '')
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}

function lower(name: string): string {
  return name.toLowerCase()
}
