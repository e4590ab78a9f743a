import { RE2JS } from 're2js'
import { MAX_EXPRESSION_COST, regExpCost } from './regexp-cost.ts'

/**
 * Regular expressions of definitions and keys are written for Go's RE2. They run on a port of it: the same syntax, and
 * time that grows with the length of the text only. On JavaScript's own engine one key with `/(a+)+$` in its rights and
 * one request would hold a worker for ever.
 */

/** Longest source of a regular expression, in UTF-16 units. */
export const MAX_REGEXP_LENGTH = 1024

/** A compiled expression; matches anywhere in the text unless it is anchored. */
export type GoRegExp = { test(text: string): boolean }

/** A compiled expression, or why there is none: a clause that completes "this pattern …". */
export type CompiledRegExp =
  | { readonly regexp: GoRegExp; readonly problem?: undefined }
  | { readonly regexp?: undefined; readonly problem: string }

/** Compiles an expression in RE2's syntax. Never throws. */
export function goRegExp(source: string, ignoreCase = false): CompiledRegExp {
  if (source.length > MAX_REGEXP_LENGTH) return { problem: `is longer than ${MAX_REGEXP_LENGTH} characters` }
  if (regExpCost(source) > MAX_EXPRESSION_COST) return { problem: 'expands to too much when it is compiled' }
  try {
    return { regexp: compile(source, ignoreCase) }
  } catch {
    return { problem: 'is not a valid regular expression' }
  }
}

/**
 * Makes a function that tells how many characters of a text's beginning the expression matches; -1 for none. Throws on
 * an invalid expression: for sources that `goRegExp` accepted.
 */
export function goPrefix(source: string): (text: string) => number {
  const regexp = compile(source, false)
  return (text) => {
    const matcher = regexp.matcher(text)
    return matcher.lookingAt() ? matcher.end() : -1
  }
}

function compile(source: string, ignoreCase: boolean): RE2JS {
  return RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0)
}
