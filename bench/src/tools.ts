import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Programs of the machine that are measured or measure, and the Debian packages that bring them. */
const tools = [
  { file: '/usr/sbin/nginx', package: 'nginx' },
  { file: '/usr/lib/nginx/modules/ngx_http_lua_module.so', package: 'libnginx-mod-http-lua' },
  { file: '/usr/sbin/haproxy', package: 'haproxy' },
  { file: '/usr/bin/wrk', package: 'wrk' },
  { file: '/usr/bin/taskset', package: 'util-linux' },
] as const

/**
 * Installs what is missing, as root on Debian.
 * @throws with the names of what is missing elsewhere
 */
export async function installTools(say: (text: string) => void): Promise<void> {
  const missing = tools.filter(({ file }) => !existsSync(file)).map((tool) => tool.package)
  if (missing.length === 0) return
  const isRootOnDebian = process.getuid?.() === 0 && existsSync('/etc/debian_version')
  if (!isRootOnDebian)
    throw new Error(`missing, and installed by itself only for root on Debian: ${missing.join(', ')}`)
  say(`installing ${missing.join(', ')}`)
  const apt = (...args: string[]) =>
    execFileSync('apt-get', ['-y', ...args], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
  apt('update')
  apt('install', '--no-install-recommends', ...missing)
}

/** Versions of what is measured beside us, as they tell it themselves. */
export function toolVersions(): string {
  const first = (command: string) =>
    execFileSync('/bin/sh', ['-c', `${command} 2>&1 || true`], { encoding: 'utf8' }).split('\n')[0] ?? ''
  return [
    first('/usr/sbin/nginx -v').replace('nginx version: ', ''),
    first(`dpkg-query -W -f 'lua module \${Version}' libnginx-mod-http-lua`),
    first('/usr/sbin/haproxy -v').replace(/ - .*/, ''),
    first('/usr/bin/wrk -v').replace(/ \[.*/, ''),
  ].join(', ')
}
