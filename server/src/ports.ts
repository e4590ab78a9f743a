import { createServer } from 'node:net'
import type { Config } from './config.ts'
import { errorCode, errorText, StartFailure } from './start-failure.ts'

/** A port that the program is about to listen on, and the setting to change when it cannot. */
export type WantedPort = {
  readonly host: string
  readonly hostSetting: string
  readonly port: number
  readonly setting: string
  readonly what: string
}

/** The ports of the settings. */
export type WantedPorts = {
  readonly dashboard: WantedPort
  readonly gateway: WantedPort
  /** Where the control API has one of its own. */
  readonly control: WantedPort | undefined
}

export function wantedPorts(
  config: Pick<Config, 'host' | 'dashboardPort' | 'gatewayPort' | 'controlHost' | 'controlPort'>,
): WantedPorts {
  const { host, dashboardPort, gatewayPort, controlHost, controlPort } = config
  const hostSetting = 'TOLLGATE_HOST'
  return {
    dashboard: {
      host,
      hostSetting,
      port: dashboardPort,
      setting: 'TOLLGATE_DASHBOARD_PORT',
      what: 'Dashboard API',
    },
    gateway: { host, hostSetting, port: gatewayPort, setting: 'TOLLGATE_GATEWAY_PORT', what: 'gateway' },
    control:
      controlPort === undefined
        ? undefined
        : {
            host: controlHost,
            hostSetting: 'TOLLGATE_CONTROL_HOST',
            port: controlPort,
            setting: 'TOLLGATE_CONTROL_PORT',
            what: 'control API',
          },
  }
}

/**
 * Why the port cannot be had, or undefined. It is tried without `reusePort`, unlike the workers do: with it a second
 * Tollgate would silently share the first one's requests.
 */
export async function portProblem(wanted: WantedPort): Promise<string | undefined> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(wanted.port, wanted.host, () => resolve())
    })
    await new Promise<void>((resolve) => server.close(() => resolve()))
    return undefined
  } catch (error) {
    return listenProblem(wanted, error)
  }
}

/** What a failed `listen` means, in one line. */
export function listenProblem(
  { host, hostSetting, port, setting, what }: WantedPort,
  error: unknown,
): string {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `port ${port} for the ${what} is in use by another program (choose another with ${setting})`
    case 'EACCES':
      return `port ${port} for the ${what} needs rights that this user has not (choose another with ${setting})`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${host} is not an address of this machine (${hostSetting})`
    default:
      return `cannot listen on ${host} port ${port} for the ${what}: ${errorText(error)}`
  }
}

/** Runs what listens; a failure of the system becomes one line for the user. */
export async function listening<T>(wanted: WantedPort, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen()
  } catch (error) {
    if (!/^E(?!RR_)[A-Z]+$/.test(errorCode(error))) throw error
    throw new StartFailure(listenProblem(wanted, error), { cause: error })
  }
}
