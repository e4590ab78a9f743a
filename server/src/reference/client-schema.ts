import { createCounterTable, openCounters } from '@tollgate/limits/counter-table'
import { controlRoutes } from '@tollgate/management/control-api'
import { dashboardRoutes } from '@tollgate/management/dashboard-api'
import type { Dependencies } from '@tollgate/management/dependencies'
import { openApiDocument } from '@tollgate/management/docs/openapi'
import { openStorage } from '@tollgate/storage/open'
import { clientTypes } from './client-types.ts'

/** The generated types of the dashboard's client. */
export const clientSchemaFile = new URL('../../../dashboard/src/api/schema.ts', import.meta.url)

/** The text of that file, from the routes as they are now. */
export async function clientSchema(): Promise<string> {
  const storage = await openStorage({ kind: 'sqlite', file: ':memory:' })
  try {
    const facts = { version: '', gatewayUrl: 'http://gateway' }
    // Routes only close over these; nothing is asked of them here.
    const deps = {
      ...facts,
      storage,
      counters: openCounters(createCounterTable({ cells: 1024 }), 0),
      pepper: '',
      now: () => 0,
    } as unknown as Dependencies
    return clientTypes(openApiDocument(dashboardRoutes(deps), controlRoutes(deps), facts))
  } finally {
    await storage.close()
  }
}
