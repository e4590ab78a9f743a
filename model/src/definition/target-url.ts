import type { Path, Report } from './problem.ts'

/** Where requests are sent, as a definition names it. */
export type TargetUrl = {
  readonly isSecure: boolean
  /** Spoken from the first byte, as `h2c://` asks for. */
  readonly isPlainHttp2: boolean
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  readonly port: number
  /** Value of `Host`. */
  readonly authority: string
  readonly path: string
  /** Without `?`. */
  readonly query: string
}

/** What is behind another name: the documents of other gateways hold such references. */
const REFERENCE = /^(?:secrets|env|file|vault|consul|conf):\/\//i
/** WebSocket connections begin as requests of the other scheme. */
const HTTP_SCHEMES: Readonly<Record<string, 'http' | 'https'>> = {
  http: 'http',
  ws: 'http',
  h2c: 'http',
  https: 'https',
  wss: 'https',
}

/**
 * Reads a target. Undefined when nothing can be sent there: the report says whether that is a problem or only something
 * that is not done yet.
 */
export function targetUrl(written: string, path: Path, report: Report): TargetUrl | undefined {
  if (/[\s\\]/.test(written) || hasControl(written)) {
    report.problem(path, 'characters', 'must not contain white space, control characters or "\\"')
    return undefined
  }
  if (REFERENCE.test(written)) {
    report.warning(path, 'not_obeyed', 'is a reference, which is not followed yet: requests get 503')
    return undefined
  }
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(written) ?? []
  const lower = scheme.toLowerCase()
  if (lower === 'tyk') {
    report.warning(path, 'not_obeyed', 'leads to another API, which is not done yet: requests get 503')
    return undefined
  }
  const as = Object.hasOwn(HTTP_SCHEMES, lower) ? HTTP_SCHEMES[lower] : undefined
  if (as === undefined || !/^[^/?#]/.test(rest)) {
    report.problem(path, as === undefined && scheme !== '' ? 'unsupported' : 'malformed', NEEDED)
    return undefined
  }
  return parsed(`${as}://${rest}`, lower === 'h2c', path, report)
}

const NEEDED = 'must be absolute: http://, https:// or h2c://, and a host'

function parsed(text: string, isPlainHttp2: boolean, path: Path, report: Report): TargetUrl | undefined {
  if (!URL.canParse(text)) {
    report.problem(path, 'malformed', 'is not a valid URL')
    return undefined
  }
  const { protocol, hostname, host, port, pathname, search, username, password } = new URL(text)
  if (username !== '' || password !== '') {
    report.problem(path, 'unsupported', 'must not contain a user name or password')
    return undefined
  }
  const isSecure = protocol === 'https:'
  return {
    isSecure,
    isPlainHttp2,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (isSecure ? 443 : 80) : Number(port),
    authority: host,
    path: pathname,
    query: search.slice(1),
  }
}

/** Whether a text has a scheme of its own. */
export function hasScheme(written: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(written)
}

/** Whether a text has control characters. */
export function hasControl(written: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\x00-\x1f\x7f]/.test(written)
}

/** Whether a percent sign begins nothing that can be decoded. */
export function hasMalformedEscape(written: string): boolean {
  try {
    decodeURIComponent(written)
    return false
  } catch {
    return true
  }
}
