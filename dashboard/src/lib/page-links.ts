import { paths } from './paths.ts'

/** A page of the dashboard at which a rule is changed. */
export type PageLink = { readonly label: string; readonly to: string }

/**
 * The page for a path of the REST API at which something is changed (`change_at` of its answers); undefined for what has
 * no page here, such as the limits of an organisation, which the operator of the installation sets.
 */
export function pageLinkOf(apiPath: string): PageLink | undefined {
  const [, resource = '', encoded = ''] = /^\/api\/(keys|apis|portal\/policies)\/([^/]+)$/.exec(apiPath) ?? []
  const page = pages[resource]
  return page && { label: page.label, to: page.to(decodeURIComponent(encoded)) }
}

const pages: Readonly<Record<string, { readonly label: string; readonly to: (id: string) => string }>> = {
  keys: { label: 'Open the key', to: (id) => paths.key(id) },
  apis: { label: 'Open the API', to: (id) => paths.api(id) },
  'portal/policies': { label: 'Open the policy', to: (id) => paths.policy(id) },
}
