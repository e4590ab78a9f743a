import { HEX } from './syntax.ts'

/** By byte: 1 for RFC 3986 unreserved characters, whose `%xx` means the same as the character itself. */
const UNRESERVED = new Uint8Array(256)
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~') {
  UNRESERVED[char.charCodeAt(0)] = 1
}

/**
 * The one form of a path that is matched and sent on: unreserved `%xx` decoded, the hex digits of others in upper case,
 * `//` collapsed, then dot segments (`%2e` too) resolved. The same string when it already has that form. Undefined for
 * what servers read in different ways: `%2f`, `%5c`, `%00` and other encoded controls, backslash, raw controls, `#`,
 * `?`, non-ASCII, malformed `%xx`, dot segments with parameters (`..;x`), and paths that climb above the root. `*` stays
 * as it is.
 * @param allowsEncodedSlash keep `%2F` as a part of its segment, unless that hides a dot segment
 */
export function normalisePath(path: string, allowsEncodedSlash = false): string | undefined {
  if (path.charCodeAt(0) !== 47) return path === '*' ? path : undefined
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at)
    if (code === 47) {
      const next = path.charCodeAt(at + 1)
      if (next === 47 || next === 46) return rewrite(path, allowsEncodedSlash)
    } else if (code === 37) {
      return rewrite(path, allowsEncodedSlash)
    } else if (!isPlain(code)) {
      return undefined
    }
  }
  return path
}

function isPlain(code: number): boolean {
  return code > 32 && code < 127 && code !== 92 && code !== 35 && code !== 63
}

/** What some servers take for a dot segment, because they do not look at parameters or decode slashes. */
const HIDDEN_DOTS = /(?:^|\/|%2F)\.{1,2}(?:;|%3B|%2F)|%2F\.{1,2}(?:\/|$)/

function rewrite(path: string, allowsEncodedSlash: boolean): string | undefined {
  const decoded = decode(path, allowsEncodedSlash)
  if (decoded === undefined || HIDDEN_DOTS.test(decoded)) return undefined
  const kept: string[] = []
  const segments = decoded.split('/')
  const last = segments[segments.length - 1] ?? ''
  for (const segment of segments) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') kept.push(segment)
    else if (kept.pop() === undefined) return undefined
  }
  const isFolder = last === '' || last === '.' || last === '..'
  return kept.length === 0 ? '/' : `/${kept.join('/')}${isFolder ? '/' : ''}`
}

/** Decodes unreserved `%xx`, and refuses what must not stand in a path in any form. */
function decode(path: string, allowsEncodedSlash: boolean): string | undefined {
  let text = ''
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at)
    if (code !== 37) {
      if (!isPlain(code)) return undefined
      text += path[at]
      continue
    }
    const high = HEX[path.charCodeAt(at + 1)] ?? 255
    const low = HEX[path.charCodeAt(at + 2)] ?? 255
    if (high > 15 || low > 15) return undefined
    const value = high * 16 + low
    if (value < 32 || value === 127 || value === 92) return undefined
    if (value === 47 && !allowsEncodedSlash) return undefined
    text += UNRESERVED[value] === 1 ? String.fromCharCode(value) : path.slice(at, at + 3).toUpperCase()
    at += 2
  }
  return text
}
