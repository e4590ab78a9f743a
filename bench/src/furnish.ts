import type { Program } from './program.ts'

/** What a bench works with: an organisation's access key, and one API in front of the upstream. */
export type Furniture = { readonly accessKey: string; readonly apiId: string }

type Json = Record<string, unknown>

/** Makes an organisation with an admin, and an API of the given definition. */
export async function furnish(program: Program, definition: Json): Promise<Furniture> {
  const admin = { 'admin-auth': program.adminSecret }
  const org = await post(program, '/admin/organisations', admin, { owner_name: 'Bench', owner_slug: 'bench' })
  const user = await post(program, '/admin/users', admin, {
    org_id: org.Meta,
    first_name: 'Bench',
    last_name: 'Bench',
    email_address: 'bench@example.com',
    active: true,
  })
  const accessKey = String(user.Message)
  const api = await post(
    program,
    '/api/apis',
    { authorization: accessKey },
    { api_definition: { name: 'Bench', active: true, ...definition } },
  )
  return { accessKey, apiId: String(api.ID) }
}

/** A key's session with rights to the API; `limits` stand above those of a key without a quota. */
export const sessionFor = (apiId: string, limits: Json = {}): Json => ({
  allowance: 1000,
  rate: 1000,
  per: 1,
  expires: -1,
  quota_max: -1,
  quota_renews: 1449051461,
  quota_remaining: -1,
  quota_renewal_rate: 60,
  access_rights: { [apiId]: { api_id: apiId, api_name: 'Bench', versions: ['Default'] } },
  meta_data: {},
  ...limits,
})

/** Makes a key and returns its secret. */
export async function makeKey(program: Program, { accessKey }: Furniture, session: Json): Promise<string> {
  const made = await post(program, '/api/keys', { authorization: accessKey }, session)
  return String(made.key_id)
}

async function post(
  program: Program,
  path: string,
  headers: Record<string, string>,
  body: Json,
): Promise<Json> {
  const reply = await fetch(`http://127.0.0.1:${program.dashboardPort}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${await reply.text()}`)
  return (await reply.json()) as Json
}
