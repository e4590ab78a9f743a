import { dashboardAs } from '../support/client.ts'
import type { BrowserWorld } from './support/world.ts'

/** The API whose designer the pictures show: it has versions, rules of paths, limits, and something that is not done. */
export async function showApis(world: BrowserWorld): Promise<void> {
  const admin = dashboardAs(world.server, world.administrator.accessKey)
  await admin.post('/api/apis', { api_definition: checkout })
}

const checkout = {
  name: 'Checkout',
  active: true,
  use_standard_auth: true,
  auth: { auth_header_name: 'authorization', use_param: true, param_name: 'key' },
  strip_auth_data: true,
  proxy: {
    listen_path: '/checkout/',
    target_url: 'https://checkout.internal.example/',
    strip_listen_path: true,
    enable_load_balancing: true,
    target_list: ['https://checkout-1.internal.example/', 'https://checkout-2.internal.example/'],
  },
  definition: { location: 'header', key: 'x-api-version', strip_path: true },
  version_data: {
    not_versioned: false,
    default_version: 'v2',
    versions: {
      v1: { name: 'v1', expires: '2030-12-31 23:59', use_extended_paths: true },
      v2: {
        name: 'v2',
        expires: '',
        use_extended_paths: true,
        extended_paths: {
          ignored: [{ path: '/health', method: 'GET' }],
          black_list: [{ path: '/internal', method: '' }],
          mock_response: [{ path: '/ping', method: 'GET', code: 200, body: '{"pong":true}', headers: {} }],
          rate_limit: [{ path: '/search', method: 'GET', rate: 20, per: 1 }],
          request_costs: [
            { path: '/search', method: 'GET', cost: 5 },
            { path: '/reports/{id}', method: 'POST', cost: 50 },
          ],
          size_limits: [{ path: '/reports/{id}', method: 'POST', size_limit: 100_000 }],
          url_rewrites: [{ path: '/old', method: 'GET', match_pattern: '/old', rewrite_to: '/new' }],
        },
        global_headers: { 'x-forwarded-by': 'tollgate' },
        global_response_headers_remove: ['server'],
      },
    },
  },
  global_rate_limit: { rate: 500, per: 1, algorithm: 'token_bucket', burst: 1000 },
  enable_ip_blacklisting: true,
  blacklisted_ips: ['192.0.2.0/24'],
  CORS: { enable: true },
}
