import { after, before } from 'node:test'
import { newOrganisation, type Organisation } from './fixtures.ts'
import { type Server, startServer } from './server.ts'
import { startUpstream, type Upstream } from './upstream.ts'

/**
 * What most files test against: a program of their own, an upstream, an organisation in it. There while the tests of the
 * file run, once `useWorld` was called at its top.
 */
export let server: Server
export let upstream: Upstream
export let org: Organisation

/**
 * Starts the world before the file's tests, and ends it after them.
 * @param more what else the file needs, made in the world
 * @param environment settings of the program
 */
export function useWorld(
  more: () => Promise<void> = async () => undefined,
  environment: Readonly<Record<string, string>> = {},
): void {
  before(async () => {
    server = await startServer(environment)
    upstream = await startUpstream()
    org = await newOrganisation(server)
    await more()
  })
  after(async () => {
    // A start that failed leaves nothing to end.
    await server?.dispose()
    await upstream?.close()
  })
}
