import { goRegExp } from './go-regexp.ts'
import { templateExpression } from './path-template.ts'

/**
 * What an API claims of the names that all organisations share: the requests for a domain whose path begins with a
 * listen path. Two claims meet when one request could belong to both; the gateway would then give it to the longer path,
 * or to the API with a domain, whoever is the owner. So claims of two organisations must not meet.
 */
export type Claim = {
  /** Lower case, without a port; empty = every host. May hold `{name}` parts and `*`. */
  readonly domain: string
  /** May hold `{name}` parts. */
  readonly path: string
}

/** What an API claims: its listen path, and the path by its id under which it is always reached. */
export function claimsOf(domain: string, listenPath: string, apiId: string): readonly Claim[] {
  const host = hostOf(domain)
  return [
    { domain: host, path: listenPath === '' ? `/${apiId}/` : listenPath },
    { domain: host, path: `/${apiId}/` },
  ]
}

/**
 * Whether one request could belong to both. An API without a domain is reached under the gateway's own names, so it
 * meets an API whose domain is, or covers, one of these.
 * @param ownHosts the gateway's own names; undefined = they are not known, so that any domain may be one
 */
export function claimsMeet(one: Claim, other: Claim, ownHosts: readonly string[] | undefined): boolean {
  return domainsMeet(one.domain, other.domain, ownHosts) && pathsMeet(one.path, other.path)
}

/** Whether a domain covers a host name: equal, or by its `{name}` parts or `*`. A domain that cannot be read covers all. */
export function namesHost(domain: string, host: string): boolean {
  const name = hostOf(domain)
  if (!isTemplate(name)) return name === hostOf(host)
  const { regexp } = goRegExp(`^(?:${templateExpression(name, '[^.]+').replaceAll('\\*', '.*')})$`, true)
  return regexp === undefined || regexp.test(hostOf(host))
}

/** A host name as domains are compared: lower case, without port, brackets and the dot of the root. */
export function hostOf(authority: string): string {
  const lower = authority.trim().toLowerCase()
  const bracket = lower.indexOf(']')
  if (lower.startsWith('[') && bracket > 0) return lower.slice(1, bracket)
  // The colon of a `{name:expression}` part is none of a port.
  const port = /:\d*$/.exec(lower)
  const name = port !== null && lower.indexOf(':') === port.index ? lower.slice(0, port.index) : lower
  return name.replace(/\.$/, '')
}

function domainsMeet(one: string, other: string, ownHosts: readonly string[] | undefined): boolean {
  if (one === other) return true
  if (one === '' || other === '') {
    const domain = one + other
    return ownHosts === undefined || isAddress(domain) || ownHosts.some((host) => namesHost(domain, host))
  }
  if (!isTemplate(one)) return isTemplate(other) && namesHost(other, one)
  if (!isTemplate(other)) return namesHost(one, other)
  // Two templates meet unless what stands behind their last parts tells them apart.
  const [end, otherEnd] = [literalEnd(one), literalEnd(other)]
  return end.endsWith(otherEnd) || otherEnd.endsWith(end)
}

/** A listen path is a raw prefix; of one with `{name}` parts, what stands before them is all that is certain. */
function pathsMeet(one: string, other: string): boolean {
  const [start, otherStart] = [literalStart(one), literalStart(other)]
  const [bare, otherBare] = [withoutSlash(start), withoutSlash(otherStart)]
  if (bare === otherBare) return true
  return start.startsWith(otherStart) || otherStart.startsWith(start)
}

/** Addresses are the gateway's own: nobody else is reached by them on its port. */
function isAddress(host: string): boolean {
  return host.includes(':') ? !isTemplate(host) : /^[\d.]+$/.test(host)
}

function isTemplate(text: string): boolean {
  return /[{*]/.test(text)
}

function literalStart(template: string): string {
  const at = template.indexOf('{')
  return at < 0 ? template : template.slice(0, at)
}

function literalEnd(template: string): string {
  return template.slice(Math.max(template.lastIndexOf('}'), template.lastIndexOf('*')) + 1)
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, '')
}
