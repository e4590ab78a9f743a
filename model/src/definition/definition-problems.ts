import type { ApiDefinition, AuthConfig } from './api-definition.ts'
import { expiryMs } from './expiry.ts'
import { goRegExp } from './go-regexp.ts'
import { templateExpression, templateText } from './path-template.ts'

/** What may be wrong with an API definition, apart from its versions. Each problem is a sentence that names the field. */

const MAX_NAME_LENGTH = 256
const MAX_PATH_LENGTH = 1024

/** Problems of names, ids, domain and expiry. */
export function identityProblems(definition: ApiDefinition): string[] {
  const { api_id, name, domain, slug } = definition
  const problems: string[] = []
  if (api_id !== undefined && !/^[A-Za-z0-9_-]{1,64}$/.test(api_id)) {
    problems.push('api_id must be 1 to 64 letters, digits, "-" or "_"')
  }
  if (name === undefined || name.trim() === '') problems.push('name must not be empty')
  for (const [field, value] of Object.entries({ name, slug })) {
    if (value === undefined) continue
    if (value.length > MAX_NAME_LENGTH)
      problems.push(`${field} must not be longer than ${MAX_NAME_LENGTH} characters`)
    if (hasControl(value)) problems.push(`${field} must not contain control characters`)
  }
  if (domain && !/^[A-Za-z0-9._:{}*[\]\-|()+\\^$?]{1,255}$/.test(domain)) {
    problems.push('domain must be a host name without scheme and path')
  }
  if (expiryMs(definition.expiration) === undefined)
    problems.push('expiration must be a time such as "2030-12-31 23:59", or empty')
  return problems
}

/** Problems of listen path and targets. */
export function proxyProblems(definition: ApiDefinition): string[] {
  const { listen_path = '', target_url = '', target_list, enable_load_balancing } = definition.proxy ?? {}
  const problems = listenPathProblems(listen_path)
  const targets = enable_load_balancing === true ? (target_list ?? []) : []
  if (target_url === '' && targets.length === 0) problems.push('proxy.target_url must not be empty')
  if (target_url !== '') problems.push(...targetProblems('proxy.target_url', target_url))
  for (const [index, target] of targets.entries()) {
    // The load balancer's list may leave out the scheme.
    problems.push(
      ...targetProblems(`proxy.target_list[${index}]`, target.includes('://') ? target : `http://${target}`),
    )
  }
  const unusable = proxyUrlProblem(definition.proxy?.transport?.proxy_url ?? '')
  return unusable === undefined ? problems : [...problems, unusable]
}

/** What is wrong with `proxy.transport.proxy_url`; it may hold a user's name and password, so it is never repeated. */
export function proxyUrlProblem(url: string): string | undefined {
  if (url === '') return undefined
  if (!URL.canParse(url)) return 'proxy.transport.proxy_url is not a URL'
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'http:')
    return `proxy.transport.proxy_url: ${protocol}// proxies are not supported, http:// ones are`
  return hasMalformedEscape(username + password)
    ? 'proxy.transport.proxy_url: its user name and password are not percent-encoded'
    : undefined
}

/** Whether a percent sign begins nothing that can be decoded. */
export function hasMalformedEscape(text: string): boolean {
  try {
    decodeURIComponent(text)
    return false
  } catch {
    return true
  }
}

function listenPathProblems(listenPath: string): string[] {
  const problems: string[] = []
  if (!listenPath.startsWith('/')) problems.push('proxy.listen_path must start with "/"')
  if (listenPath.length > MAX_PATH_LENGTH) {
    problems.push(`proxy.listen_path must not be longer than ${MAX_PATH_LENGTH} characters`)
  }
  if (hasControl(listenPath) || /[\s?#\\]/.test(templateText(listenPath))) {
    problems.push('proxy.listen_path must not contain white space, control characters, "?", "#" or "\\"')
  }
  if (/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i.test(listenPath) || listenPath.includes('//')) {
    problems.push('proxy.listen_path must not contain "//", "." or ".." segments')
  }
  const { problem } = goRegExp(templateExpression(listenPath, '[^/]+'))
  if (problem !== undefined) problems.push(`proxy.listen_path ${problem}`)
  return problems
}

const SCHEMES = /^(?:https?|h2c|tyk|wss?|tcp|tls):\/\/[^/?#\s]+/i

/** Problems of a target: it must be absolute, of a known scheme, and hold nothing that could break a request line. */
export function targetProblems(field: string, target: string): string[] {
  if (hasControl(target) || /[\s\\]/.test(target))
    return [`${field} must not contain white space, control characters or "\\"`]
  if (!SCHEMES.test(target))
    return [`${field} must be absolute: http://, https://, h2c:// or tyk://, and a host`]
  if (/^tyk:/i.test(target)) return []
  if (!URL.canParse(target)) return [`${field} is not a valid URL`]
  const { username, password } = new URL(target)
  return username === '' && password === '' ? [] : [`${field} must not contain a user name or password`]
}

/** Problems of where the credential is looked for. */
export function authProblems(definition: ApiDefinition): string[] {
  const configs: [string, AuthConfig][] = Object.entries(definition.auth_configs ?? {}).map(
    ([name, config]) => {
      return [`auth_configs.${name}`, config]
    },
  )
  if (definition.auth) configs.push(['auth', definition.auth])
  return configs.flatMap(([field, config]) => {
    const problems: string[] = []
    if (config.auth_header_name && !isHeaderName(config.auth_header_name)) {
      problems.push(`${field}.auth_header_name is not a valid header name`)
    }
    if (config.cookie_name && !isHeaderName(config.cookie_name)) {
      problems.push(`${field}.cookie_name is not a valid cookie name`)
    }
    return problems
  })
}

/** Headers that frame a reply: it cannot do without them. */
const FRAMING_HEADERS = [
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'upgrade',
  'trailer',
]

/** Problems of what the API counts. */
export function limitProblems({ cost_header }: ApiDefinition): string[] {
  if (!cost_header) return []
  if (!isHeaderName(cost_header)) return ['cost_header is not a valid header name']
  return FRAMING_HEADERS.includes(cost_header.toLowerCase())
    ? [`cost_header must not be ${cost_header}: a reply needs it for itself`]
    : []
}

/** Whether the text is a token of RFC 9110, as names of headers and cookies are. */
export function isHeaderName(text: string): boolean {
  return text.length <= 256 && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)
}

/** Whether the text may be the value of a header: no control characters but tab, and Latin-1 only. */
export function isHeaderValue(text: string): boolean {
  return text.length <= 8192 && /^[\t\x20-\x7e\x80-\xff]*$/.test(text)
}

function hasControl(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\x00-\x1f\x7f]/.test(text)
}
