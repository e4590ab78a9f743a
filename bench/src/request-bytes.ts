import type { Workload } from './workloads.ts'

/** A request of the workload as it goes over the wire. */
export function requestBytes(workload: Workload, headers: readonly string[]): string {
  const { body = '' } = workload
  const lines = ['Host: localhost', ...workload.headers, ...headers]
  if (body !== '') lines.push('Content-Type: text/plain', `Content-Length: ${body.length}`)
  return `${body === '' ? 'GET' : 'POST'} ${workload.path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n${body}`
}
