import { startUpstream, type Upstream } from './upstream.ts'

/** An upstream that answers shortly, and counts. */
export type CountingUpstream = Upstream & { count(): number }

/** Counts every request whose head reached it. */
export async function startCountingUpstream(): Promise<CountingUpstream> {
  const upstream = await startUpstream()
  let count = 0
  upstream.respond((request, response) => {
    count++
    request.resume()
    response.writeHead(200, { 'content-length': 2 })
    response.end('ok')
  })
  return Object.assign(upstream, { count: () => count })
}
