import { type Client, dashboardAs, through } from '../support/client.ts'
import type { BrowserWorld } from './support/world.ts'

/** The keys that the pictures show, and some calls with one of them. */
export async function showKeys(world: BrowserWorld): Promise<void> {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  const apis = await idsOfApis(admin)
  // Where only the demo API is, the keys open that one.
  const rights = (...names: readonly string[]) => {
    const known = names.filter((name) => apis.has(name))
    const opened = known.length > 0 ? known : ['Demo']
    const right = (name: string) => ({ api_id: apis.get(name), api_name: name, versions: ['Default'] })
    return Object.fromEntries(opened.map((name) => [apis.get(name), right(name)]))
  }
  const make = async (key: object) => String((await admin.post('/api/keys', key)).at('key_id'))
  const now = Math.floor(Date.now() / 1000)
  const days = (count: number) => now + count * 86_400
  const common = { rate: 1000, per: 60, quota_max: -1 }
  await make({ ...common, alias: 'invoice-export', is_inactive: true, access_rights: rights('invoices') })
  await make({ ...common, alias: 'mobile-app', expires: days(90), access_rights: rights('orders', 'search') })
  await make({ ...common, alias: 'warehouse', owner: 'logistics', access_rights: rights('orders') })
  await make({ ...common, alias: 'partner-northwind', expires: days(3), access_rights: rights('customers') })
  const key = await make({
    alias: 'checkout-service',
    owner: 'shop',
    tags: ['web', 'production'],
    rate: 20,
    per: 60,
    rates: [{ rate: 1000, per: 3600 }],
    quota_max: 5000,
    quota_renewal_rate: 86_400,
    access_rights: rights('Demo', 'orders'),
  })
  for (let call = 0; call < shownCalls; call++) await through(world.server, '/demo/get', key)
}

async function idsOfApis(admin: Client): Promise<ReadonlyMap<string, string>> {
  const listed = Object((await admin.get('/api/apis?page_size=100')).at('apis'))
  const definitions = Object.values(listed).map((api) => Object(api).api_definition)
  return new Map(definitions.map(({ name, api_id }) => [String(name), String(api_id)]))
}

/** Calls with the key whose page is shown: enough for its bars to be seen. */
const shownCalls = 9
