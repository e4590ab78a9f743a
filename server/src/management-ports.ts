import { trustedPeers } from '@tollgate/gateway/pipeline/client-address'
import { buildControlApi } from '@tollgate/management/control-api'
import { buildDashboardApi } from '@tollgate/management/dashboard-api'
import type { Dependencies } from '@tollgate/management/dependencies'
import type { Config } from './config.ts'
import { hostNames } from './host-names.ts'
import { type ManagementPortSettings, openManagementPort } from './management-port.ts'
import { listening, type WantedPort } from './ports.ts'
import { socketPath } from './sockets.ts'

/** The REST surfaces listen on sockets of their own; strangers reach them through the gate's engine. */

/** A surface as management builds it. */
type Surface = ReturnType<typeof buildDashboardApi>

/** Called with a peer that is not trusted and yet sent forwarding headers. */
type OnUntrusted = (peer: string) => void

/** The control API on its socket, and on a port of its own where the settings name one. */
export async function openControlApi(
  config: Config,
  wanted: WantedPort | undefined,
  dependencies: Dependencies,
  onUntrusted: OnUntrusted,
  parts: AsyncDisposableStack,
): Promise<string> {
  const socket = socketPath(config.dataDir, 'control', parts)
  await openSurface(buildControlApi(dependencies), socket, config.stopGraceMs, parts)
  if (wanted === undefined) return socket
  await openPort(
    wanted,
    {
      ...clientLimits(config, onUntrusted),
      host: wanted.host,
      port: wanted.port,
      socket,
      // Nothing is told here without the secret, which a page of another site does not have.
      knowsHost: () => true,
      render: (message) => `${JSON.stringify({ status: 'error', message })}\n`,
    },
    config.stopGraceMs,
    parts,
  )
  return socket
}

/** The Dashboard API and the dashboard; resolves with the port. */
export async function openDashboardApi(
  config: Config,
  wanted: WantedPort,
  dependencies: Dependencies,
  onUntrusted: OnUntrusted,
  parts: AsyncDisposableStack,
): Promise<number> {
  const socket = socketPath(config.dataDir, 'dashboard', parts)
  await openSurface(buildDashboardApi(dependencies), socket, config.stopGraceMs, parts)
  return openPort(
    wanted,
    {
      ...clientLimits(config, onUntrusted),
      host: wanted.host,
      port: wanted.port,
      socket,
      knowsHost: hostNames(config.host, config.dashboardHosts),
      render: (message) => JSON.stringify({ Status: 'Error', Message: message, Meta: null }),
    },
    config.stopGraceMs,
    parts,
  )
}

function clientLimits(config: Config, onUntrusted: OnUntrusted) {
  const { gateway } = config
  return {
    maxConnections: config.dashboardConnections,
    maxConnectionsPerAddress: config.dashboardConnectionsPerAddress,
    headerMs: gateway.clientHeaderTimeoutMs,
    idleMs: gateway.clientIdleTimeoutMs,
    bodyMs: gateway.clientBodyTimeoutMs,
    trusted: trustedPeers(gateway.trustedProxies),
    onUntrusted,
  }
}

async function openPort(
  wanted: WantedPort,
  settings: ManagementPortSettings,
  graceMs: number,
  parts: AsyncDisposableStack,
): Promise<number> {
  const opened = await listening(wanted, () => openManagementPort(settings))
  parts.defer(() => opened.close(graceMs))
  return opened.port
}

async function openSurface(
  app: Surface,
  socket: string,
  graceMs: number,
  parts: AsyncDisposableStack,
): Promise<void> {
  parts.defer(() => closeWithin(graceMs, app))
  await app.listen({ path: socket })
}

/** Closes the app; what still runs after `graceMs` is cut off. */
async function closeWithin(graceMs: number, app: Surface): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), graceMs)
  await app.close()
  clearTimeout(cutOff)
}
