import { HEX, isDigit } from './syntax.ts'

/**
 * Whether the (lower-case) text is a host with an optional port, in the narrow sense: a name of letters, digits,
 * `-._~`, an IPv4 address, or an IPv6 address in brackets. Empty, user info, lists and percent-encoding are not.
 */
export function isAuthority(text: string): boolean {
  const hostEnd = text.charCodeAt(0) === 91 ? ipv6End(text) : nameEnd(text)
  if (hostEnd <= 0) return false
  return hostEnd === text.length || isPort(text, hostEnd)
}

function nameEnd(text: string): number {
  let at = 0
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const isNameByte =
      (code >= 97 && code <= 122) ||
      isDigit(code) ||
      code === 45 ||
      code === 46 ||
      code === 95 ||
      code === 126
    if (!isNameByte) break
  }
  return at
}

/** End of a bracketed IPv6 address (its bytes are checked, its grouping is left to who connects); -1 for none. */
function ipv6End(text: string): number {
  const close = text.indexOf(']')
  if (close < 3) return -1
  let colons = 0
  for (let at = 1; at < close; at++) {
    const code = text.charCodeAt(at)
    if (code === 58) colons++
    else if (code !== 46 && (HEX[code] ?? 255) === 255) return -1
  }
  return colons >= 2 && colons <= 8 ? close + 1 : -1
}

function isPort(text: string, colon: number): boolean {
  if (text.charCodeAt(colon) !== 58) return false
  const digits = text.length - colon - 1
  if (digits < 1 || digits > 5) return false
  let port = 0
  for (let at = colon + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (!isDigit(code)) return false
    port = port * 10 + (code - 48)
  }
  return port <= 65_535
}

/** Splits `http://authority/path?query`; undefined for other schemes, user info, or no valid authority. */
export function splitAbsolute(
  text: string,
  method: string,
): { readonly authority: string; readonly target: string } | undefined {
  const scheme = /^https?:\/\//i.exec(text)?.[0]
  if (scheme === undefined) return undefined
  const rest = text.slice(scheme.length)
  const end = rest.search(/[/?]/)
  const authority = (end < 0 ? rest : rest.slice(0, end)).toLowerCase()
  if (!isAuthority(authority)) return undefined
  if (end < 0) return { authority, target: method === 'OPTIONS' ? '*' : '/' }
  return { authority, target: rest.charCodeAt(end) === 63 ? `/${rest.slice(end)}` : rest.slice(end) }
}
