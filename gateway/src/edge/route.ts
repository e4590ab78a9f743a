import { goPrefix } from '@tollgate/model/definition/go-regexp'
import { templateExpression, templateText } from '@tollgate/model/definition/path-template'
import { hostName } from '@tollgate/model/host-name'

/**
 * Which API a request belongs to (gateway contract, 4.1): by domain first, then by the longest listen path. A listen
 * path is a raw prefix; `/<api_id>/` leads to every API too. `{name}` and `{name:regex}` segments count nothing towards
 * the length.
 */

/** What the table needs to know of an API. */
export type Routed = {
  readonly apiId: string
  /** Custom domain, empty for none; may hold `{name}` parts. */
  readonly domain: string
  readonly listenPath: string
}

/** An API and how much of the path led to it. */
export type Match<A> = { readonly api: A; readonly prefixLength: number }

export interface RouteTable<A extends Routed> {
  /** @param host as in `RequestHead.host`: lower case, with the port if one was given */
  find(host: string, path: string): Match<A> | undefined
}

/**
 * Makes the table. Of two APIs with one domain and listen path the later gets `-<api_id>` appended to its path.
 * @param isStrict a listen path without a slash at its end matches itself and what goes on with a slash, not every path
 *   that begins with the same letters
 */
export function routeTable<A extends Routed>(apis: readonly A[], isStrict = false): RouteTable<A> {
  const anywhere = new PathTable<A>(isStrict)
  const byDomain = new Map<string, PathTable<A>>()
  const patterns: { readonly host: (name: string) => number; readonly paths: PathTable<A> }[] = []

  function tableOf(domain: string): PathTable<A> {
    if (domain === '') return anywhere
    const known = byDomain.get(domain)
    if (known !== undefined) return known
    const table = new PathTable<A>(isStrict)
    byDomain.set(domain, table)
    if (domain.includes('{'))
      patterns.push({ host: goPrefix(`${templateExpression(domain, '[^.]+')}$`), paths: table })
    return table
  }

  for (const api of apis) tableOf(hostName(api.domain.toLowerCase())).add(api)
  anywhere.seal()
  for (const table of byDomain.values()) table.seal()
  if (byDomain.size === 0) return { find: (_host, path) => anywhere.find(path) }

  return {
    find(host, path) {
      const name = hostName(host)
      const listed = byDomain.get(name)?.find(path)
      if (listed !== undefined) return listed
      for (const pattern of patterns) {
        const match = pattern.host(name) >= 0 ? pattern.paths.find(path) : undefined
        if (match !== undefined) return match
      }
      return anywhere.find(path)
    },
  }
}

/** Tells how much of a path a listen path with named segments matches. Throws for an expression that is none. */
export function listenPattern(listenPath: string): (path: string) => number {
  return goPrefix(templateExpression(listenPath, '[^/]+'))
}

/** The APIs of one domain. Plain prefixes are found by a map per length, longest first: no regular expression. */
class PathTable<A extends Routed> {
  readonly #byPrefix = new Map<string, Match<A>>()
  readonly #patterns: {
    readonly prefix: (path: string) => number
    readonly weight: number
    readonly api: A
  }[] = []
  #lengths: readonly number[] = []
  readonly #isStrict: boolean

  constructor(isStrict: boolean) {
    this.#isStrict = isStrict
  }

  add(api: A): void {
    const byId = `/${api.apiId}/`
    if (!this.#byPrefix.has(byId)) this.#byPrefix.set(byId, { api, prefixLength: byId.length })
    if (api.listenPath.includes('{')) {
      this.#patterns.push({
        prefix: listenPattern(api.listenPath),
        weight: templateText(api.listenPath).length,
        api,
      })
      return
    }
    const taken = this.#byPrefix.get(api.listenPath)
    const path = taken === undefined || taken.api === api ? api.listenPath : `${api.listenPath}-${api.apiId}`
    this.#byPrefix.set(path, { api, prefixLength: path.length })
  }

  seal(): void {
    const lengths = new Set(Array.from(this.#byPrefix.keys(), (path) => path.length))
    this.#lengths = [...lengths].sort((a, b) => b - a)
    this.#patterns.sort((a, b) => b.weight - a.weight)
  }

  find(path: string): Match<A> | undefined {
    const plain = this.#plain(path)
    for (const pattern of this.#patterns) {
      if (plain !== undefined && pattern.weight <= plain.prefixLength) return plain
      const prefixLength = pattern.prefix(path)
      if (prefixLength >= 0 && this.#fits(path, prefixLength)) return { api: pattern.api, prefixLength }
    }
    return plain
  }

  #plain(path: string): Match<A> | undefined {
    const lengths = this.#lengths
    for (let i = 0; i < lengths.length; i++) {
      const length = lengths[i] ?? 0
      if (length > path.length) continue
      const match = this.#byPrefix.get(length === path.length ? path : path.slice(0, length))
      if (match !== undefined && this.#fits(path, length)) return match
    }
    return undefined
  }

  /** Whether a listen path of this length may lead to the path. */
  #fits(path: string, length: number): boolean {
    if (!this.#isStrict || length === path.length) return true
    return path.charCodeAt(length - 1) === 47 || path.charCodeAt(length) === 47
  }
}
