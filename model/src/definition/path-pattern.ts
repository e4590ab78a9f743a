import { type GoRegExp, goRegExp } from './go-regexp.ts'

/**
 * Patterns of paths, as lists, per-path settings and `allowed_urls` carry them (gateway contract, sections 4.1 and 11).
 * `{x}` stands for one segment, a star between two slashes for any segment, a closing slash and star for anything; the
 * rest is a regular expression.
 * A pattern matches as a prefix and whole segments: `/get` matches `/get` and `/get/1`, not `/getter`.
 */
export type PathPattern = {
  /** The pattern as written. */
  readonly source: string
  /** Set when the pattern has no special character: compared as text. Lower case when `ignoreCase`. */
  readonly literal: string | undefined
  readonly ignoreCase: boolean
  /** Undefined for a literal, and for a pattern that could not be compiled: that one matches nothing. */
  readonly regexp: GoRegExp | undefined
  /** Why the pattern matches nothing: a clause that completes "this pattern …". */
  readonly problem: string | undefined
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
  if (matching.loose !== true && PLAIN.test(source)) {
    const literal = ignoreCase ? source.toLowerCase() : source
    return { source, literal, ignoreCase, regexp: undefined, problem: undefined }
  }
  const expression = expand(source)
  // The pattern is checked before it is wrapped, so that an unbalanced bracket cannot escape the wrapping.
  const compiled = goRegExp(expression, ignoreCase)
  if (compiled.regexp === undefined) {
    return { source, literal: undefined, ignoreCase, regexp: undefined, problem: compiled.problem }
  }
  if (matching.loose === true) {
    return { source, literal: undefined, ignoreCase, regexp: compiled.regexp, problem: undefined }
  }
  // The end of a match is the end of a segment: before a slash, at the end of the path, or after a slash of its own.
  const end = expression.endsWith('/') && !expression.includes('|') ? '' : '(?:$|/)'
  const { regexp, problem } = goRegExp(`^(?:${expression.replace(/^\^/, '')})${end}`, ignoreCase)
  return { source, literal: undefined, ignoreCase, regexp, problem }
}

/** Whether the pattern matches a path (without its query). */
export function matchesPath(pattern: PathPattern, path: string): boolean {
  const { literal } = pattern
  if (literal === undefined) return pattern.regexp?.test(path) ?? false
  const subject = pattern.ignoreCase ? path.toLowerCase() : path
  if (!subject.startsWith(literal)) return false
  return subject.length === literal.length || literal.endsWith('/') || subject.charAt(literal.length) === '/'
}

/** Whether the pattern matches either form of a request's path: without listen path and version, or whole. */
export function matchesEither(pattern: PathPattern, path: string, fullPath: string): boolean {
  return matchesPath(pattern, path) || matchesPath(pattern, fullPath)
}

const PLAIN = /^\/[\w\-/~%!@:,;=&' ]*$/

/** Rewrites the placeholders of a pattern as regular expressions. */
function expand(source: string): string {
  return source
    .replace(/\{[A-Za-z_][\w-]*:([^{}]+)\}/g, '($1)')
    .replace(/\{[A-Za-z_][\w-]*\}/g, '([^/]+)')
    .replaceAll('/*/', '/[^/]+/')
    .replaceAll('/*', '/.*')
}
