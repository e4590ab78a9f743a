import { trustedPeers } from '@tollgate/gateway/pipeline/client-address'
import { type OwnGateway, sendToGateway } from '@tollgate/management/try-it/own-gateway'
import type { Config } from './config.ts'
import { errorText } from './start-failure.ts'

/** The gate's own port, as it is reached from this machine: over TLS and with a PROXY header where it wants them. */
export function ownGateway(config: Config, port: number): OwnGateway {
  const host = ownHost(config.host)
  return {
    host,
    port,
    tls: config.tls.certificates.length > 0,
    introduced:
      config.gateway.proxyProtocol === true && trustedPeers(config.gateway.trustedProxies).has(host),
  }
}

/** An address of this machine under which what listens on `host` is reached from here. */
export function ownHost(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

/** Asks the running program for its health, as a container's health check does; undefined when it is well. */
export async function healthProblem(config: Config): Promise<string | undefined> {
  try {
    const reply = await sendToGateway(ownGateway(config, config.gatewayPort), {
      method: 'GET',
      target: '/hello',
      headers: [['Host', 'localhost']],
      body: '',
    })
    return reply.status === 200 ? undefined : `the gateway answers ${reply.status}`
  } catch (error) {
    return `the gateway does not answer: ${errorText(error)}`
  }
}
