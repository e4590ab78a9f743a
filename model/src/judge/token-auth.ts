import { cookieValue, queryValue } from './query-value.ts'
import type { Why } from './refused.ts'
import type { RequestFacts } from './request-facts.ts'
import type { TraceStep } from './verdict.ts'

/** Where an API looks for its key; empty names are not looked at (gateway contract, section 6.1, `auth`). */
export type TokenAuth = {
  /** Lower case. */
  readonly header: string
  readonly param: string
  readonly cookie: string
  /** Whether a client certificate stands for the key, or beside it (`use_certificate`). */
  readonly useCertificate: boolean
  /** Whether the credential is removed before the request is sent on. */
  readonly strip: boolean
}

/** The part of a definition that says so. */
type TokenFields = {
  readonly auth?: PlaceFields | null | undefined
  readonly auth_configs?: Readonly<Record<string, PlaceFields>> | null | undefined
  readonly strip_auth_data?: boolean | undefined
}

type PlaceFields = {
  readonly disable_header?: boolean | undefined
  readonly auth_header_name?: string | undefined
  readonly use_param?: boolean | undefined
  readonly param_name?: string | undefined
  readonly use_cookie?: boolean | undefined
  readonly cookie_name?: string | undefined
  readonly use_certificate?: boolean | undefined
}

/** Compiles where an API looks for its key: `auth_configs.authToken`, else the older `auth`. */
export function tokenAuth(definition: TokenFields): TokenAuth {
  const configs = definition.auth_configs
  const configured = configs && Object.hasOwn(configs, 'authToken') ? configs.authToken : undefined
  const config: PlaceFields = configured ?? definition.auth ?? {}
  const name = config.auth_header_name || 'Authorization'
  return {
    header: config.disable_header === true ? '' : name.toLowerCase(),
    param: config.use_param === true ? config.param_name || name : '',
    cookie: config.use_cookie === true ? config.cookie_name || name : '',
    useCertificate: config.use_certificate === true,
    strip: definition.strip_auth_data === true,
  }
}

/** The credential that a request presents, without `Bearer `; empty when there is none. Cookie beats query beats header. */
export function presentedCredential(auth: TokenAuth, facts: RequestFacts): string {
  let credential = ''
  if (auth.cookie !== '') credential = cookieValue(facts.header('cookie') ?? '', auth.cookie) ?? ''
  if (credential === '' && auth.param !== '') credential = queryValue(facts.query, auth.param) ?? ''
  if (credential === '' && auth.header !== '') credential = facts.header(auth.header) ?? ''
  return withoutBearer(credential)
}

/** The step of a request without a credential: it tells where one was looked for. */
export function credentialMissing(auth: TokenAuth): TraceStep {
  const places: string[] = []
  if (auth.cookie !== '') places.push(`cookie ${auth.cookie}`)
  if (auth.param !== '') places.push(`query parameter ${auth.param}`)
  if (auth.header !== '') places.push(`header ${auth.header}`)
  const none = 'any place: header, query and cookie are switched off'
  const args = { places: places.length === 0 ? none : places.join(', ') }
  return { step: 'credential', code: 'credential_missing', args }
}

/** Nothing is admitted to an API that asks for what cannot be judged: never silently open. */
export function unsupportedAuth(methods: readonly string[]): Why | undefined {
  if (methods.length === 0) return undefined
  const args = { methods: methods.join(', ') }
  return { code: 'auth_unsupported', decided: { step: 'credential', code: 'auth_unsupported', args } }
}

function withoutBearer(credential: string): string {
  if (credential.length < 7 || credential.charCodeAt(6) !== 32) return credential
  return credential.slice(0, 6).toLowerCase() === 'bearer' ? credential.slice(7).trim() : credential
}
