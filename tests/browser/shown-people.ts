import { dashboardAs } from '../support/client.ts'
import type { BrowserWorld } from './support/world.ts'

/** The policies, groups and users that the pictures show. */
export async function showPeople(world: BrowserWorld): Promise<void> {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  const listed: readonly unknown[] = Object.values(
    Object((await admin.get('/api/apis?page_size=100')).at('apis')),
  )
  const definitions = listed
    .map((api) => Object(api).api_definition)
    .filter(({ name }) => shownApis.has(name))
  const rights = definitions.map(({ api_id, name }) => [
    api_id,
    { api_id, api_name: name, versions: ['Default'] },
  ])
  const makePolicy = async (policy: object) => {
    const body = { access_rights: Object.fromEntries(rights), ...policy }
    return (await admin.post('/api/portal/policies', body)).textAt('Message')
  }
  await makePolicy({ name: 'Suspended', is_inactive: true, state: 'deny', rate: 60, per: 60 })
  await makePolicy({
    name: 'Trial',
    active: false,
    state: 'draft',
    rate: 10,
    per: 60,
    partitions: { acl: true, rate_limit: true },
  })
  const gold = await makePolicy({
    name: 'Gold',
    rate: 1000,
    per: 60,
    quota_max: 100_000,
    quota_renewal_rate: 86_400,
    key_expires_in: 30 * 86_400,
    tags: ['paid'],
    meta_data: { tier: 'gold' },
  })
  for (const alias of ['northwind-web', 'northwind-app', 'contoso-sync']) {
    await admin.post('/api/keys', { alias, apply_policies: [gold] })
  }
  const support = await admin.post('/api/usergroups', {
    name: 'Support',
    description: 'Looks after the keys of customers',
    user_permissions: { keys: 'write', apis: 'read', policies: 'read', log: 'read' },
  })
  const makeUser = (first: string, last: string, more: object) =>
    admin.post('/api/users', {
      first_name: first,
      last_name: last,
      email_address: `${first.toLowerCase()}@example.com`,
      password: 'not to be used',
      active: true,
      ...more,
    })
  await makeUser('Ann', 'Lee', { group_id: support.textAt('Meta') })
  await makeUser('Bo', 'Madsen', { user_permissions: { apis: 'write', keys: 'write', policies: 'read' } })
  await makeUser('Cyra', 'Okafor', { user_permissions: { analytics: 'read' }, active: false })
}

/** What the policies open, where it is. */
const shownApis: ReadonlySet<unknown> = new Set(['Demo', 'orders', 'customers'])
