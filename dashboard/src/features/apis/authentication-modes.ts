import { labelAsTitle } from '@tollgate/model/features/feature'
import { otherMethods } from '@tollgate/model/features/other-authentication'
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

/** The ways that this gate does not judge, for what they are to be shown as. */
export const unsupportedModes: readonly string[] = otherMethods.map(({ label }) => labelAsTitle(label))

/** What of these a definition asks for: while it does, the gate refuses every request that needs a key. */
export function unsupportedIn(definition: Definition): readonly UnsupportedMode[] {
  return otherMethods.flatMap(({ label, asked }) => {
    const path = asked(definition)
    return path === undefined ? [] : [{ path, name: labelAsTitle(label) }]
  })
}
