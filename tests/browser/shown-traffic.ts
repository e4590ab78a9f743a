import { makeCertificate } from '../support/certificates.ts'
import { dashboardAs, through } from '../support/client.ts'
import type { BrowserWorld } from './support/world.ts'

/** Seconds of a day. */
const day = 86_400

/** Gives a world what happens in one: certificates, webhooks, calls that pass, that are refused and that fail. */
export async function showTraffic({ server, administrator }: BrowserWorld): Promise<void> {
  const admin = dashboardAs(server, administrator.accessKey)
  const partner = makeCertificate({
    name: 'partner.example',
    dnsNames: ['partner.example', 'api.partner.example'],
    notAfter: new Date(Date.now() + 200 * day * 1000),
  })
  const soon = makeCertificate({ name: 'orders.internal', notAfter: new Date(Date.now() + 9 * day * 1000) })
  await admin.post('/api/certs', partner.certificate + partner.key)
  await admin.post('/api/certs', soon.certificate)
  for (const [name, path] of [
    ['Tell the chat of operations', '/hooks/operations'],
    ['Count exhausted quotas', '/hooks/quota'],
  ]) {
    const target_path = `https://events.example${path}`
    const header_map = { 'x-sent-by': 'tollgate' }
    await admin.post('/api/hooks', { name, method: 'POST', target_path, header_map, event_timeout: 60 })
  }

  const { apis = [] } = JSON.parse((await admin.get('/api/apis?q=Demo')).text)
  const demo = apis[0]?.api_definition
  const proxy = { listen_path: '/shop/', target_url: 'http://127.0.0.1:1/', strip_listen_path: true }
  const made = await admin.post('/api/apis', {
    api_definition: { name: 'shop', active: true, use_standard_auth: true, proxy },
  })
  const shop = { api_id: made.textAt('ID'), name: 'shop' }
  const newKey = async (api: { readonly api_id: string; readonly name: string }, more: object) => {
    const { api_id, name: api_name } = api
    const access_rights = { [api_id]: { api_id, api_name, versions: ['Default'] } }
    const unlimited = { rate: -1, per: 1, quota_max: -1, quota_renewal_rate: 60, expires: 0 }
    return (await admin.post('/api/keys', { ...unlimited, access_rights, ...more })).textAt('key_id')
  }
  const now = Math.floor(Date.now() / 1000)
  const open = await newKey(demo, { alias: 'web shop' })
  const limited = await newKey(demo, { alias: 'night import', rate: 3, per: 60 })
  await newKey(demo, { alias: 'trial of Mrs Lind', expires: now + 2 * day })
  await newKey(demo, { alias: 'campaign', expires: now + 5 * day })
  const ofShop = await newKey(shop, { alias: 'terminal' })
  for (let call = 0; call < 40; call++) await through(server, '/demo/get', open)
  for (let call = 0; call < 9; call++) await through(server, '/demo/get', limited)
  for (let call = 0; call < 22; call++) await through(server, '/shop/', ofShop)
  for (let call = 0; call < 4; call++) await through(server, '/demo/get', 'no-such-key')
}
