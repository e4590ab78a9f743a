import { dashboardAs } from '../support/client.ts'
import { showApis } from './shown-apis.ts'
import { showKeys } from './shown-keys.ts'
import { showPeople } from './shown-people.ts'
import { showTraffic } from './shown-traffic.ts'
import type { BrowserWorld } from './support/world.ts'

type Credentials = { readonly email: string; readonly password: string }

/** Fills a fresh installation with what the pictures show: some of everything, as a small company would have it. */
export async function prepareShownWorld(world: BrowserWorld): Promise<Credentials> {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  const { email } = world.administrator
  const id = String((await admin.get('/api/session')).at('user', 'id'))
  await admin.post(`/api/users/${id}/actions/reset`, { new_password: chosenPassword })
  for (const [name, active] of shownApis) {
    const proxy = {
      listen_path: `/${name}/`,
      target_url: `http://127.0.0.1:1/${name}`,
      strip_listen_path: true,
    }
    await admin.post('/api/apis', { api_definition: { name, active, use_standard_auth: true, proxy } })
  }
  await showApis(world)
  await showKeys(world)
  await showPeople(world)
  await showTraffic(world)
  return { email, password: chosenPassword }
}

/** A password of the administrator's own, so that no page reminds of the printed one. */
const chosenPassword = 'chosen for the pictures'

const shownApis = [
  ['orders', true],
  ['customers', true],
  ['invoices', true],
  ['search', true],
  ['partner-feed', false],
] as const
