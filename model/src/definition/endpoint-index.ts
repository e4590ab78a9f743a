import {
  behindListenPath,
  matchesExpression,
  type PathExpression,
  type PathMatching,
  type PathPattern,
  pathPattern,
  type Segments,
  withoutParameters,
} from './path-pattern.ts'

/** One setting of a path and method; an empty method stands for any. */
export type PathRule<T> = { readonly path: PathPattern; readonly method: string; readonly value: T }

/** Rules by slot: of each slot the first rule that matches decides. */
export type SlotRules<Slots> = {
  readonly [Slot in keyof Slots]: readonly PathRule<NonNullable<Slots[Slot]>>[]
}

/** Where the paths of an index stand in the paths of requests. */
export type IndexPlace = {
  readonly listenPath: string
  /** Whether the path behind the listen path may begin with the name of a version. */
  readonly hasVersionInPath: boolean
  readonly matching: PathMatching
}

/** What of a request's path is matched. */
export type MatchedPath = { readonly path: string; readonly fullPath: string }

/** Most combinations of settings that are remembered; they are few, unless somebody writes rules to make them many. */
const MAX_COMBINATIONS = 4096

/** By slot, how early the best rule stands that a search has found; one request is looked up at a time. */
let best: Int32Array = new Int32Array(0)
let wantedMethod = ''

/**
 * Finds the settings of a request by method and path. One frozen record is shared by all requests that match alike.
 * Segments are found by a trie, whatever the number of rules; regular expressions are tried in their order, and only
 * those that could still come first.
 */
export class EndpointIndex<Slots extends object, Settings extends Slots> {
  readonly rules: SlotRules<Slots>
  readonly #slots: readonly string[]
  readonly #values: readonly (readonly PathRule<unknown>[])[]
  readonly #behind = new Matcher()
  /** Patterns that name the listen path, where they cannot be told as ones of the path behind it. */
  readonly #around = new Matcher()
  readonly #aroundFull: boolean
  readonly #none: Settings
  /** By a hash of what was found. */
  readonly #combinations = new Map<number, Combination<Settings>[]>()
  /** How many rules each slot has: where a search begins. */
  readonly #counts: Int32Array
  readonly #best: Int32Array
  #remembered = 0
  readonly #finish: (found: Slots) => Settings

  /** @param finish makes the record of what the slots hold; once for each combination */
  constructor(rules: SlotRules<Slots>, place: IndexPlace, finish: (found: Slots) => Settings) {
    this.rules = rules
    this.#finish = finish
    const entries = Object.entries<readonly PathRule<unknown>[]>(rules)
    this.#slots = entries.map(([slot]) => slot)
    this.#values = entries.map(([, list]) => list)
    const hasHoles = place.listenPath.includes('{')
    this.#aroundFull = hasHoles
    for (const [slot, list] of this.#values.entries()) {
      for (const [order, { path, method }] of list.entries()) {
        const entry: Entry = { slot, order, method }
        this.#behind.add(path, entry)
        this.#addAround(path, entry, place, hasHoles)
      }
    }
    this.#counts = Int32Array.from(this.#values, (list) => list.length)
    this.#best = new Int32Array(this.#counts.length)
    this.#none = this.#settingsOf(this.#values.map((list) => list.length))
  }

  /**
   * @param path the path behind the listen path, without what named the version
   * @param whole the same with it, and the whole path of the request
   */
  match(method: string, path: string, whole: MatchedPath): Settings {
    if (this.#behind.isEmpty && this.#around.isEmpty) return this.#none
    best = this.#best
    const counts = this.#counts
    for (let slot = 0; slot < counts.length; slot++) best[slot] = counts[slot] ?? 0
    wantedMethod = method
    searched(this.#behind, path)
    if (!this.#around.isEmpty) searched(this.#around, this.#aroundFull ? whole.fullPath : whole.path)
    return this.#combination()
  }

  #addAround(path: PathPattern, entry: Entry, place: IndexPlace, hasHoles: boolean): void {
    if (hasHoles) {
      // How much of a path a listen path with holes takes up is known only then: more segments than it has are more.
      const own = path.segments?.parts.length ?? Number.POSITIVE_INFINITY
      const isMore = own > place.listenPath.split('/').filter((part) => part !== '').length
      if (isMore && (path.segments !== undefined || path.expression?.isStart === true))
        this.#around.add(path, entry)
      return
    }
    const rest = behindListenPath(path.source, place.listenPath)
    if (rest === undefined) return
    const pattern = pathPattern(rest, { ...place.matching, ignoreCase: path.ignoreCase })
    if (place.hasVersionInPath) this.#around.add(pattern, entry)
    this.#behind.add(pattern, entry)
  }

  #combination(): Settings {
    let hash = 0
    for (let slot = 0; slot < best.length; slot++) hash = (Math.imul(hash, 31) + (best[slot] ?? 0)) | 0
    const known = this.#combinations.get(hash)
    if (known !== undefined) for (const one of known) if (isSame(one.found, best)) return one.settings
    return this.#remember(hash)
  }

  #remember(hash: number): Settings {
    if (this.#remembered >= MAX_COMBINATIONS) {
      this.#combinations.clear()
      this.#remembered = 0
    }
    this.#remembered += 1
    const made = { found: best.slice(), settings: this.#settingsOf([...best]) }
    this.#combinations.set(hash, [...(this.#combinations.get(hash) ?? []), made])
    return made.settings
  }

  #settingsOf(found: readonly number[]): Settings {
    const entries = this.#slots.map((slot, index) => [slot, this.#values[index]?.[found[index] ?? -1]?.value])
    // Each slot holds the value of one of its own rules, or none.
    return Object.freeze(this.#finish(Object.fromEntries(entries) as Slots))
  }
}

/** What was found by slot, and the record of it. */
type Combination<Settings> = { readonly found: Int32Array; readonly settings: Settings }

function isSame(one: Int32Array, other: Int32Array): boolean {
  for (let slot = 0; slot < one.length; slot++) if (one[slot] !== other[slot]) return false
  return true
}

/** A rule as the search knows it: which slot it fills, how early it stands there. */
type Entry = { readonly slot: number; readonly order: number; readonly method: string }

type Node = {
  readonly literals: Map<string, Node>
  any: Node | undefined
  /** Rules that match when the path ends here or goes on with a slash. */
  readonly here: Entry[]
  /** Rules that match only when a slash follows. */
  readonly below: Entry[]
}

type Listed = { readonly expression: PathExpression; readonly ignoreCase: boolean; readonly entry: Entry }

/** The patterns that are compared with one form of a path. */
class Matcher {
  readonly #root = node()
  /** In lower case, for patterns that ignore case. */
  readonly #folded = node()
  readonly #expressions: Listed[] = []
  isEmpty = true
  #ignoresCase = false

  add({ segments, expression, ignoreCase }: PathPattern, entry: Entry): void {
    if (segments === undefined && expression === undefined) return
    this.isEmpty = false
    if (ignoreCase) this.#ignoresCase = true
    if (segments !== undefined) put(ignoreCase ? this.#folded : this.#root, segments, entry)
    else if (expression !== undefined) this.#expressions.push({ expression, ignoreCase, entry })
  }

  search(path: string): void {
    walk(this.#root, path)
    const folded = this.#ignoresCase ? path.toLowerCase() : path
    if (this.#ignoresCase) walk(this.#folded, folded)
    for (const { expression, ignoreCase, entry } of this.#expressions) {
      if (isBetter(entry) && matchesExpression(expression, path, ignoreCase ? folded : path)) take(entry)
    }
  }
}

/** With and without the parameters of segments: an upstream may not look at them. */
function searched(matcher: Matcher, path: string): void {
  matcher.search(path)
  const plain = withoutParameters(path)
  if (plain !== path) matcher.search(plain)
}

function node(): Node {
  return { literals: new Map(), any: undefined, here: [], below: [] }
}

function put(root: Node, { parts, needsSlash }: Segments, entry: Entry): void {
  let at = root
  for (const part of parts) at = childOf(at, part)
  if (needsSlash) at.below.push(entry)
  else at.here.push(entry)
}

function childOf(parent: Node, part: string | undefined): Node {
  if (part === undefined) {
    parent.any ??= node()
    return parent.any
  }
  const known = parent.literals.get(part)
  if (known !== undefined) return known
  const made = node()
  parent.literals.set(part, made)
  return made
}

function walk(root: Node, path: string): void {
  considerAll(root.here)
  considerAll(root.below)
  descend(root, path, 1)
}

/** @param start where the next segment begins, behind its slash */
function descend(parent: Node, path: string, start: number): void {
  if (parent.any === undefined && parent.literals.size === 0) return
  const slash = path.indexOf('/', start)
  const end = slash === -1 ? path.length : slash
  if (end <= start) return
  const literal = parent.literals.size === 0 ? undefined : parent.literals.get(path.slice(start, end))
  if (literal !== undefined) enter(literal, path, end)
  if (parent.any !== undefined) enter(parent.any, path, end)
}

function enter(reached: Node, path: string, end: number): void {
  considerAll(reached.here)
  if (end === path.length) return
  considerAll(reached.below)
  descend(reached, path, end + 1)
}

function considerAll(entries: readonly Entry[]): void {
  for (const entry of entries) if (isBetter(entry)) take(entry)
}

function isBetter({ slot, order, method }: Entry): boolean {
  return order < (best[slot] ?? 0) && (method === '' || method === wantedMethod)
}

function take({ slot, order }: Entry): void {
  best[slot] = order
}
