import { z } from 'zod'
import type { Path } from '../definition/problem.ts'
import { unsupportedAuth as refusal } from '../judge/token-auth.ts'
import { type ApiFields, apiFeature, type Document, type KeptFeature } from './feature.ts'
import { flag, kept } from './field-types.ts'

const REFUSED =
  'asks for a way to authenticate that is not judged yet: every request that needs a key is refused'

function method<const Fields extends ApiFields>(
  name: string,
  label: string,
  path: Path,
  fields: Fields,
): KeptFeature<Fields> {
  const asked = (document: Document) =>
    valueAt(document, path) === true && document.use_keyless !== true ? path : undefined
  return { level: 'kept', name, label, fields, kept: REFUSED, asked }
}

/** Ways to authenticate that are not judged yet. While a definition asks for one, nothing that needs a key is admitted. */
export const otherMethods = [
  method('basic-auth', 'basic authentication', ['use_basic_auth'], {
    api: { use_basic_auth: flag, basic_auth: kept },
  }),
  method('oauth2', 'OAuth 2', ['use_oauth2'], { api: { use_oauth2: flag, oauth_meta: kept } }),
  method('external-oauth', 'external OAuth', ['external_oauth', 'enabled'], {
    api: { external_oauth: z.looseObject({ enabled: flag }).nullish() },
  }),
  method('openid', 'OpenID Connect', ['use_openid'], { api: { use_openid: flag } }),
  method('jwt', 'JSON Web Tokens', ['enable_jwt'], { api: { enable_jwt: flag } }),
  method('request-signatures', 'request signatures', ['enable_signature_checking'], {
    api: { enable_signature_checking: flag },
  }),
  method('plugin-auth', 'plugins', ['enable_coprocess_auth'], { api: { enable_coprocess_auth: flag } }),
  method('go-plugin-auth', 'Go plugins', ['use_go_plugin_auth'], { api: { use_go_plugin_auth: flag } }),
  {
    level: 'kept',
    name: 'key-signatures',
    label: 'signatures of keys',
    fields: {},
    kept: REFUSED,
    asked(document: Document) {
      const place = valueAt(document, ['auth_configs', 'authToken'])
        ? ['auth_configs', 'authToken']
        : ['auth']
      const path = [...place, 'validate_signature']
      return valueAt(document, path) === true && document.use_keyless !== true ? path : undefined
    },
  },
] as const satisfies readonly KeptFeature[]

/** What of these a definition asks for, by their labels; not empty = nothing that needs a key is admitted. */
export const unsupportedAuth = apiFeature({
  name: 'other-authentication',
  label: 'other ways to authenticate',
  slot: 'unsupportedAuth',
  fields: {},
  compile: (document): readonly string[] =>
    otherMethods.flatMap(({ label, asked }) => (asked({ ...document }) === undefined ? [] : [label])),
  judge: refusal,
})

/** The value at a path of a document; undefined when there is nothing. */
export function valueAt(document: Document, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    document,
  )
}
