/**
 * Reads one parameter of a raw query: the first of that name, percent- and plus-decoded; undefined when it is absent.
 * A malformed escape is left as it stands, so that hostile queries cannot throw.
 */
export function queryValue(query: string, name: string): string | undefined {
  let start = 0
  while (start < query.length) {
    const ampersand = query.indexOf('&', start)
    const end = ampersand === -1 ? query.length : ampersand
    const equals = query.indexOf('=', start)
    const nameEnd = equals === -1 || equals > end ? end : equals
    if (decoded(query.slice(start, nameEnd)) === name) return decoded(query.slice(nameEnd + 1, end))
    start = end + 1
  }
  return undefined
}

/** Reads one cookie of a Cookie header; undefined when it is absent. Quotes around the value are removed. */
export function cookieValue(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals === -1 || pair.slice(0, equals).trim() !== name) continue
    const value = pair.slice(equals + 1).trim()
    return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
  }
  return undefined
}

function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
