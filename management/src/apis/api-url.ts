import type { ApiDefinition } from '@tollgate/model/definition/api-definition'

/** Where clients reach an API: on its own domain, or else on the gateway's address (dashboard contract, section 1.2). */
export function apiUrl(gatewayUrl: string, definition: ApiDefinition) {
  const gateway = new URL(gatewayUrl)
  const domain = definition.domain_disabled === true ? '' : (definition.domain ?? '')
  const port = gateway.port === '' ? '' : `:${gateway.port}`
  const host = domain === '' ? gateway.host : domain + (domain.includes(':') ? '' : port)
  const path = definition.proxy?.listen_path ?? '/'
  return { ApiURL: `${gateway.protocol}//${host}${path}`, BasePath: path, Host: host }
}
