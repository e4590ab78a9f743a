import type { Path } from '../../lib/document-form.ts'
import { isRecord, recordOf } from '../../lib/json-values.ts'

type Definition = Readonly<Record<string, unknown>>

/** How callers say who they are, of what the gate judges. */
export type Mode = 'token' | 'keyless'

/** The mode that is in force. */
export function modeOf(definition: Definition): Mode {
  return definition.use_keyless === true ? 'keyless' : 'token'
}

/**
 * What to set so that a mode is in force: flags that were not there before are taken away again instead of being
 * written out, so that going back leaves no difference.
 */
export function changesForMode(stored: Definition, mode: Mode): readonly (readonly [string, unknown])[] {
  const flag = (name: string, isOn: boolean) => {
    const was = stored[name]
    return [name, (was === true) === isOn ? was : isOn] as const
  }
  // Key authentication is what holds where no way is chosen, and need not be named.
  const isNamed = stored.use_standard_auth === true || stored.use_keyless === true
  return [
    flag('use_keyless', mode === 'keyless'),
    isNamed || mode === 'keyless'
      ? flag('use_standard_auth', mode === 'token')
      : ['use_standard_auth', stored.use_standard_auth],
  ]
}

/** Where the settings of the key stand that the gate goes by: `auth_configs.authToken`, else the older `auth`. */
export function tokenPath(definition: Definition): Path {
  return isRecord(recordOf(definition.auth_configs).authToken) ? ['auth_configs', 'authToken'] : ['auth']
}

/** A way to authenticate that the definition asks for and the gate does not judge. */
export type UnsupportedMode = { readonly path: Path; readonly name: string }

const unsupported: readonly UnsupportedMode[] = [
  { path: ['use_basic_auth'], name: 'Basic authentication' },
  { path: ['enable_jwt'], name: 'JSON Web Token' },
  { path: ['enable_signature_checking'], name: 'HMAC signed keys' },
  { path: ['use_oauth2'], name: 'OAuth 2.0' },
  { path: ['external_oauth', 'enabled'], name: 'External OAuth' },
  { path: ['use_openid'], name: 'OpenID Connect' },
  { path: ['enable_coprocess_auth'], name: 'Plugins' },
  { path: ['use_go_plugin_auth'], name: 'Go plugins' },
]

/** The ways that this gate does not judge, for what they are to be shown as. */
export const unsupportedModes: readonly string[] = unsupported.map(({ name }) => name)

/** What of these a definition asks for: while it does, the gate refuses every request that needs a key. */
export function unsupportedIn(definition: Definition): readonly UnsupportedMode[] {
  const signature: UnsupportedMode = {
    path: [...tokenPath(definition), 'validate_signature'],
    name: 'Signatures of keys',
  }
  return [...unsupported, signature].filter(({ path }) => {
    let value: unknown = definition
    for (const step of path) value = recordOf(value)[String(step)]
    return value === true
  })
}
