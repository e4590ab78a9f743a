import { isIP } from 'node:net'
import type { Dependencies } from '../dependencies.ts'

type Context = Pick<Dependencies, 'dashboardUrl'>

/** Whom passkeys are made for: the host name of the dashboard's configured address, and its origin (WebAuthn, 5.1). */
export function relyingParty({ dashboardUrl }: Context): { readonly id: string; readonly origin: string } {
  const { hostname, origin } = new URL(dashboardUrl)
  return { id: hostname, origin }
}

/** Browsers make passkeys for host names, not addresses, and over TLS or on the machine itself. */
export function passkeysAvailable(context: Context): boolean {
  const { id, origin } = relyingParty(context)
  if (isIP(id) !== 0 || id.startsWith('[')) return false
  return origin.startsWith('https:') || id === 'localhost' || id.endsWith('.localhost')
}
