import type { Report } from './problem.ts'

/** What a configuration changes in a head, as lines that are ready to be written. */
export type HeaderLines = {
  /** Lower-case names; removed before the others are set. */
  readonly remove: readonly string[]
  readonly set: readonly HeaderLine[]
}

/** One header of a configuration: its lower-case name, and the complete line with CRLF. */
export type HeaderLine = { readonly name: string; readonly line: string }

type Headers = Readonly<Record<string, string>> | null | undefined

/** Names that the engine or the gate decides about: a configuration that sets them would break framing or routing. */
const NOT_CONFIGURABLE: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Compiles a change; undefined when it changes nothing. */
export function headerChange(
  removed: readonly string[] | null | undefined,
  added: Headers,
  report: Report,
): HeaderLines | undefined {
  const remove = (removed ?? []).map((name) => name.trim().toLowerCase())
  const set = headerList(added, report)
  return remove.length === 0 && set.length === 0 ? undefined : { remove, set }
}

/** Complete lines of the headers; a problem for each that could not be sent, a warning for what is not done. */
export function headerList(headers: Headers, report: Report): readonly HeaderLine[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) => {
    const lowerName = name.trim().toLowerCase()
    if (!isHeaderName(lowerName)) {
      report.problem([], 'characters', `has "${name.slice(0, 80)}", which is not a valid header name`)
      return []
    }
    if (!isHeaderValue(value.trim())) {
      report.problem([name], 'characters', 'has characters that a header value must not contain')
      return []
    }
    if (NOT_CONFIGURABLE.has(lowerName)) {
      report.warning([name], 'not_obeyed', 'is for the gate to set')
      return []
    }
    const variable = VARIABLE.exec(value)?.[0]
    if (variable !== undefined)
      report.warning(
        [name],
        'not_obeyed',
        `has ${variable}, which is sent as it is: variables are not filled in`,
      )
    return [{ name: lowerName, line: `${name.trim()}: ${value.trim()}\r\n` }]
  })
}

/** What stands for something that is known of a request, its key or the secrets of an installation. */
const VARIABLE = /\$(?:tyk_(?:meta|context)|secret_\w+)\.[\w.-]{1,80}/

/** Whether the text is a token of RFC 9110, as names of headers and cookies are. */
export function isHeaderName(text: string): boolean {
  return text.length <= 256 && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)
}

/** Whether the text may be the value of a header: no control characters but tab, and Latin-1 only. */
export function isHeaderValue(text: string): boolean {
  return text.length <= 8192 && /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
}
