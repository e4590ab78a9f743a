import type { TunnelProxy } from '@tollgate/http1/upstream/proxy-tunnel'
import type { ApiDefinition } from '@tollgate/model/definition/api-definition'
import { proxyUrlProblem } from '@tollgate/model/definition/definition-problems'
import { CompileError } from '../pipeline/compile-error.ts'

/** Reads `proxy.transport.proxy_url`. Throws `CompileError` for one that cannot be used: nothing goes around it. */
export function proxyOf(definition: ApiDefinition): TunnelProxy | undefined {
  const text = definition.proxy?.transport?.proxy_url ?? ''
  if (text === '') return undefined
  const problem = proxyUrlProblem(text)
  if (problem !== undefined) throw new CompileError(problem)
  const { hostname, port, username, password } = new URL(text)
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 80 : Number(port),
    authorization: username === '' && password === '' ? '' : basic(username, password),
  }
}

function basic(username: string, password: string): string {
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}
