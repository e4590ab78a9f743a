import { z } from 'zod'
import { isHeaderName } from '../definition/header-lines.ts'
import type { Report } from '../definition/problem.ts'
import { tokenAuth } from '../judge/token-auth.ts'
import { apiFeature } from './feature.ts'
import { flag, text } from './field-types.ts'

/** Where a credential is looked for: one entry of `auth_configs`, or the older `auth`. */
export const AuthConfig = z.looseObject({
  disable_header: flag,
  auth_header_name: text.optional(),
  use_param: flag,
  param_name: text.optional(),
  use_cookie: flag,
  cookie_name: text.optional(),
  use_certificate: flag,
  validate_signature: flag,
})
export type AuthConfig = z.infer<typeof AuthConfig>

/** `use_keyless`: nobody is asked for a key. */
export const keyless = apiFeature({
  name: 'keyless',
  label: 'access without a key',
  slot: 'keyless',
  fields: { api: { use_keyless: flag } },
  compile: ({ use_keyless: isKeyless }) => isKeyless === true,
})

/** Keys: in header, query parameter or cookie. It is what holds where no way to authenticate is chosen. */
export const authToken = apiFeature({
  name: 'auth-token',
  label: 'keys',
  slot: 'auth',
  fields: {
    api: {
      use_standard_auth: flag,
      auth: AuthConfig.nullish(),
      auth_configs: z.record(text, AuthConfig).nullish(),
      strip_auth_data: flag,
    },
  },
  compile(document, { report }) {
    for (const [name, config] of Object.entries(document.auth_configs ?? {}))
      checkPlaces(config, report.within('auth_configs', name))
    if (document.auth) checkPlaces(document.auth, report.within('auth'))
    return tokenAuth(document)
  },
})

function checkPlaces({ auth_header_name: header, cookie_name: cookie }: AuthConfig, report: Report): void {
  if (header && !isHeaderName(header))
    report.problem(['auth_header_name'], 'characters', 'is not a valid header name')
  if (cookie && !isHeaderName(cookie))
    report.problem(['cookie_name'], 'characters', 'is not a valid cookie name')
}
