import type { Config } from './config.ts'
import type { FirstStart } from './first-start.ts'
import type { Secrets } from './secrets-file.ts'

/** Where the program is reached, once it runs. */
export type Addresses = {
  readonly gatewayUrl: string
  readonly dashboardUrl: string
  readonly demoPort: number | undefined
}

/** What a start prints: the addresses. */
export function startText(version: string, config: Config, addresses: Addresses): string {
  return [
    `Tollgate ${version} is running. Ctrl-C stops it.`,
    '',
    row('Gateway', addresses.gatewayUrl),
    row('Dashboard', addresses.dashboardUrl, `REST API: ${addresses.dashboardUrl}/docs`),
    row('Database', config.databaseUrl ? 'PostgreSQL' : 'embedded SQLite'),
    row('Data folder', config.dataDir),
    '',
    '',
  ].join('\n')
}

/** What only a first start prints besides: the secrets, and two commands to paste. */
export function firstStartText(
  config: Config,
  secrets: Secrets,
  made: FirstStart,
  addresses: Addresses,
): string {
  return [
    'This is the first start. The following is shown only now, so keep it:',
    '',
    row('Sign-in e-mail', made.email),
    row('Sign-in password', made.password),
    row('API credentials', made.accessKey, 'header "authorization" of /api/…'),
    row('Organisation ID', made.orgId),
    row(
      'Admin secret',
      config.adminSecret ? '(TOLLGATE_ADMIN_SECRET)' : secrets.adminSecret,
      'header "admin-auth" of /admin/…',
    ),
    row(
      'Gateway secret',
      config.gatewaySecret ? '(TOLLGATE_GATEWAY_SECRET)' : secrets.gatewaySecret,
      'header "x-tyk-authorization" of /tyk/…',
    ),
    '',
    ...(made.demoApiId ? demoLines(made, made.demoApiId, addresses) : []),
    'Next: docs/tutorials/create-an-api-key.md',
    '',
    '',
  ].join('\n')
}

function demoLines(made: FirstStart, apiId: string, addresses: Addresses): string[] {
  const access = { [apiId]: { api_id: apiId, api_name: 'Demo', versions: ['Default'] } }
  const key = { allowance: 60, rate: 60, per: 60, expires: -1, quota_max: -1, access_rights: access }
  return [
    row(
      'Demo API ID',
      apiId,
      `${addresses.gatewayUrl}/demo/ leads to a small upstream on port ${addresses.demoPort}`,
    ),
    '',
    'Create a key for the API "Demo" (60 requests a minute):',
    '',
    `  KEY=$(curl -s ${addresses.dashboardUrl}/api/keys -H 'authorization: ${made.accessKey}' -d '${JSON.stringify(key)}' | sed 's/.*"key_id":"\\([^"]*\\)".*/\\1/'); echo "$KEY"`,
    '',
    'Call the API with it:',
    '',
    `  curl ${addresses.gatewayUrl}/demo/get -H "authorization: $KEY"`,
    '',
  ]
}

function row(name: string, value: string, note = ''): string {
  const line = `  ${name.padEnd(18)}${value}`
  return note ? `${line.padEnd(54)}  ${note}` : line
}
