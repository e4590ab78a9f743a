import { type GoRegExp, goRegExp } from './go-regexp.ts'

/**
 * Patterns of paths, as lists, per-path settings and `allowed_urls` carry them (gateway contract, sections 4.1 and 11).
 * One that begins with a slash matches as a prefix of whole segments: `/get` matches `/get` and `/get/1`, not `/getter`.
 * Any other is a regular expression that may be found anywhere in the path. `{x}` stands for one segment, a star between
 * two slashes for any segment, a closing slash and star for anything; the rest is a regular expression.
 */
export type PathPattern = {
  /** The pattern as written. */
  readonly source: string
  readonly ignoreCase: boolean
  /** Set when the pattern needs no regular expression: it is compared segment by segment. */
  readonly segments: Segments | undefined
  /** Undefined for segments, and for a pattern that could not be compiled: that one matches nothing. */
  readonly expression: PathExpression | undefined
  /** Why the pattern matches nothing: a clause that completes "this pattern …". */
  readonly problem: string | undefined
}

/** Segments of a pattern; in lower case when case is ignored. `undefined` stands for any one segment. */
export type Segments = {
  readonly parts: readonly (string | undefined)[]
  /** Whether a slash must follow them: `/a/`, `/a/*`. */
  readonly needsSlash: boolean
}

/** A regular expression, and a text without which it cannot match; in lower case when case is ignored. */
export type PathExpression = {
  readonly text: string
  /** Whether the path must begin with `text`, not only hold it. */
  readonly isStart: boolean
  /** Undefined when `text` is all there is to match. */
  readonly regexp: GoRegExp | undefined
}

/** How patterns are matched. */
export type PathMatching = {
  /** Match anywhere in the path, as a regular expression without anchors, instead of as a prefix in whole segments. */
  readonly loose?: boolean
  readonly ignoreCase?: boolean
}

/** Compiles a pattern. Never throws: a pattern that cannot be compiled matches nothing and says why in `problem`. */
export function pathPattern(source: string, matching: PathMatching = {}): PathPattern {
  const ignoreCase = matching.ignoreCase === true
  const base = { source, ignoreCase, problem: undefined }
  const segments = matching.loose === true ? undefined : segmentsOf(source, ignoreCase)
  if (segments !== undefined) return { ...base, segments, expression: undefined }
  const written = expand(source)
  const isAnchored = matching.loose !== true && /^\^?\//.test(written)
  // The pattern is checked before it is wrapped, so that an unbalanced bracket cannot escape the wrapping.
  const compiled = goRegExp(written, ignoreCase)
  if (compiled.regexp === undefined)
    return { ...base, segments: undefined, expression: undefined, problem: compiled.problem }
  const lower = (text: string) => (ignoreCase ? text.toLowerCase() : text)
  if (!isAnchored) {
    const isText = !SPECIAL.test(written)
    const text = isText ? lower(written) : ''
    const regexp = isText ? undefined : compiled.regexp
    return { ...base, segments: undefined, expression: { text, isStart: false, regexp } }
  }
  const bare = written.replace(/^\^/, '')
  // The end of a match is the end of a segment: before a slash, at the end of the path, or after a slash of its own.
  const end = bare.endsWith('/') && !bare.includes('|') ? '' : '(?:$|/)'
  const { regexp, problem } = goRegExp(`^(?:${bare})${end}`, ignoreCase)
  const expression = regexp && { text: lower(literalStart(bare)), isStart: true, regexp }
  return { ...base, segments: undefined, expression, problem }
}

/**
 * Whether the pattern matches a request's path, with or without the parameters that its segments may carry (`/a;x`): behind
 * the listen path, or the whole path when the pattern names more than the listen path.
 */
export function matchesRequest(
  pattern: PathPattern,
  path: string,
  fullPath: string,
  listenPath: string,
): boolean {
  if (matchesEitherForm(pattern, path)) return true
  return behindListenPath(pattern.source, listenPath) !== undefined && matchesEitherForm(pattern, fullPath)
}

/**
 * A pattern that names the listen path and more, as a pattern of the path behind it; undefined for any other. That `/health`
 * is the first word of a listen path does not make a rule for `/health` one for the whole API.
 */
export function behindListenPath(source: string, listenPath: string): string | undefined {
  const base = listenPath.replace(/\/+$/, '')
  const from = source.startsWith('^') ? 1 : 0
  if (base === '' || !source.startsWith(`${base}/`, from)) return undefined
  return source.length > from + base.length + 1 ? source.slice(from + base.length) : undefined
}

/** The path without the parameters of its segments, `/a;x/b%3By` as `/a/b`; the same string when it has none. */
export function withoutParameters(path: string): string {
  if (!path.includes(';') && !path.includes('%3B')) return path
  return path.replace(/(?:;|%3B)[^/]*/g, '')
}

/** Whether the pattern matches a path (without its query). */
export function matchesPath(pattern: PathPattern, path: string): boolean {
  const { segments, expression } = pattern
  if (segments === undefined && expression === undefined) return false
  const subject = pattern.ignoreCase ? path.toLowerCase() : path
  if (segments !== undefined) return matchesSegments(segments, subject)
  return expression !== undefined && matchesExpression(expression, path, subject)
}

/** @param subject the path in lower case when case is ignored, else the path */
export function matchesExpression(
  { text, isStart, regexp }: PathExpression,
  path: string,
  subject: string,
): boolean {
  if (isStart ? !subject.startsWith(text) : !subject.includes(text)) return false
  return regexp === undefined || regexp.test(path)
}

function matchesEitherForm(pattern: PathPattern, path: string): boolean {
  if (matchesPath(pattern, path)) return true
  const plain = withoutParameters(path)
  return plain !== path && matchesPath(pattern, plain)
}

function matchesSegments({ parts, needsSlash }: Segments, path: string): boolean {
  let at = 1
  for (const part of parts) {
    const slash = path.indexOf('/', at)
    const end = slash === -1 ? path.length : slash
    if (end <= at) return false
    if (part !== undefined && (end - at !== part.length || !path.startsWith(part, at))) return false
    at = end + 1
  }
  return !needsSlash || at <= path.length
}

const PLAIN = /^[\w\-~%!@:,;=&' ]+$/
const HOLE = /^\{[^{}:/]*\}$/

function segmentsOf(source: string, ignoreCase: boolean): Segments | undefined {
  if (!source.startsWith('/')) return undefined
  const parts = source.slice(1).split('/')
  const last = parts.at(-1)
  const needsSlash = last === '' || last === '*'
  if (needsSlash) parts.pop()
  if (!parts.every((part) => part === '*' || HOLE.test(part) || PLAIN.test(part))) return undefined
  const text = (part: string) => (ignoreCase ? asSent(part).toLowerCase() : asSent(part))
  return {
    parts: parts.map((part) => (part === '*' || part.startsWith('{') ? undefined : text(part))),
    needsSlash,
  }
}

/** Text in the one form that paths have when they are matched: see `normalisePath` of the engine. */
function asSent(text: string): string {
  return text.replace(/%[0-9a-f]{2}|[^\x21-\x7e]+/gi, (part) => {
    if (!part.startsWith('%')) return encodeURIComponent(part.toWellFormed())
    const character = String.fromCharCode(Number.parseInt(part.slice(1), 16))
    return /[\w\-.~]/.test(character) ? character : part.toUpperCase()
  })
}

const SPECIAL = /[\\^$.*+?()[\]{}|]/

/** What every path begins with that an anchored expression matches. */
function literalStart(expression: string): string {
  if (expression.includes('|')) return ''
  const end = expression.search(SPECIAL)
  if (end === -1) return expression
  // What may be repeated, or left out, is no part of it.
  return expression.slice(0, /[*?{]/.test(expression.charAt(end)) ? Math.max(0, end - 1) : end)
}

/** Rewrites the placeholders of a pattern as regular expressions, and what no path holds as it is sent. */
function expand(source: string): string {
  let out = ''
  for (let at = 0; at < source.length; ) {
    const [text, length] = expandedAt(source, at)
    out += text
    at += length
  }
  return out
}

const TOKENS = /\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]|%[0-9a-f]{2}|[^\x21-\x7e]+/iy

function expandedAt(source: string, at: number): readonly [text: string, length: number] {
  const character = source.charAt(at)
  if (character === '/' && source.charAt(at + 1) === '*')
    return [source.charAt(at + 2) === '/' ? '/[^/]+' : '/.*', 2]
  if (character === '{') {
    const hole = holeAt(source, at)
    if (hole !== undefined) return hole
  }
  TOKENS.lastIndex = at
  const token = TOKENS.exec(source)?.[0]
  if (token === undefined) return [character, 1]
  const isText = token.startsWith('%') || !/^[\\[]/.test(token)
  return [isText ? sentInExpression(token) : token, token.length]
}

function sentInExpression(text: string): string {
  const sent = asSent(text)
  return sent === '.' ? '\\.' : sent.length > 1 ? `(?:${sent})` : sent
}

/** A placeholder; undefined for how often something is repeated, which never follows a slash. */
function holeAt(source: string, at: number): readonly [text: string, length: number] | undefined {
  let depth = 0
  let end = at
  do {
    if (source.charAt(end) === '{') depth += 1
    if (source.charAt(end) === '}') depth -= 1
    end += 1
  } while (depth > 0 && end < source.length)
  if (depth > 0) return undefined
  const inner = source.slice(at + 1, end - 1)
  if (/^\d+(?:,\d*)?$/.test(inner) && at > 0 && source.charAt(at - 1) !== '/') return undefined
  const colon = inner.indexOf(':')
  return [colon === -1 ? '([^/]+)' : `(${inner.slice(colon + 1)})`, end - at]
}
