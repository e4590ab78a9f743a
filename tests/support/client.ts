import type http from 'node:http'
import { type Call, type Origin, type Reply, send } from './http.ts'
import type { Server } from './server.ts'

/** One surface of the product with one set of credentials. */
export type Client = {
  get(path: string, headers?: http.OutgoingHttpHeaders): Promise<Reply>
  post(path: string, body?: unknown, headers?: http.OutgoingHttpHeaders): Promise<Reply>
  put(path: string, body?: unknown, headers?: http.OutgoingHttpHeaders): Promise<Reply>
  delete(path: string, headers?: http.OutgoingHttpHeaders): Promise<Reply>
  send(call: Call): Promise<Reply>
}

function client(origin: Origin, credentials: http.OutgoingHttpHeaders): Client {
  const sendAs = (call: Call) => send(origin, { ...call, headers: { ...credentials, ...call.headers } })
  return {
    get: (path, headers = {}) => sendAs({ path, headers }),
    post: (path, body, headers = {}) => sendAs({ method: 'POST', path, body, headers }),
    put: (path, body, headers = {}) => sendAs({ method: 'PUT', path, body, headers }),
    delete: (path, headers = {}) => sendAs({ method: 'DELETE', path, headers }),
    send: sendAs,
  }
}

/** The Dashboard API as the owner of an access key; without one, as nobody. */
export const dashboardAs = (server: Server, accessKey?: string): Client =>
  client(server.dashboard, accessKey === undefined ? {} : { authorization: accessKey })

/** The Dashboard API as the operator of the installation. */
export const adminOf = (server: Server): Client =>
  client(server.dashboard, { 'admin-auth': server.adminSecret })

/** The gateway's control API. */
export const controlOf = (server: Server): Client =>
  client(server.gateway, { 'x-tyk-authorization': server.gatewaySecret })

/** A call through the gateway, with a key in the usual header when one is given. */
export const through = (
  server: Server,
  path: string,
  key?: string,
  call: Partial<Call> = {},
): Promise<Reply> =>
  send(server.gateway, {
    ...call,
    path,
    headers: { ...(key !== undefined && { authorization: key }), ...call.headers },
  })
