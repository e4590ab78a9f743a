import type { TrafficHistory } from '@tollgate/analytics/traffic-history'
import type { Quotas } from '@tollgate/limits/quotas'
import type { Counters } from '@tollgate/model/limits/counters'
import type { Storage } from '@tollgate/storage/storage'
import type { DashboardState } from './dashboard-files.ts'
import type { FindRequest } from './requests/kept-request.ts'
import type { HttpFacts } from './route.ts'
import type { OwnGateway } from './try-it/own-gateway.ts'

/** Tells the client behind the peer of a connection from the headers of its request. */
export type ClientAddress = (peer: string, headers: HttpFacts['headers']) => string

/** What both surfaces of the management surface are given by `server/`. */
export type Dependencies = {
  readonly storage: Storage
  /** The counters of this node: the use of rates, and their resets. Quotas go through `quotas`. */
  readonly counters: Counters
  /** Use, resets and deletion of quotas, as their ledger knows them. */
  readonly quotas: Quotas
  /** Instance pepper, hex: secrets are kept as HMACs under it. */
  readonly pepper: string
  /** Header `admin-auth`. */
  readonly adminSecret: string
  /** Header `x-tyk-authorization`. */
  readonly controlSecret: string
  /** Version of the program, for /hello and the OpenAPI document. */
  readonly version: string
  /** Base URL under which clients reach the gateway: for `/api/apis/{id}/url`. */
  readonly gatewayUrl: string
  /** Base URL under which browsers reach the dashboard: passkeys and identity providers are bound to it. */
  readonly dashboardUrl: string
  /** Fewest characters of a new password. */
  readonly minPasswordLength: number
  /** The address of the client behind a peer, as far as the peer may speak of it. */
  readonly clientAddress: ClientAddress
  /** What the gate's workers counted, lately. */
  readonly traffic: TrafficHistory
  /** When a key was last recognised, unix seconds, where that is newer than what is stored; else 0. */
  readonly lastUse: (keyId: string) => number
  /** The gate's own port, for calls on behalf of a user; undefined while it is not known. */
  readonly ownGateway: OwnGateway | undefined
  /** Rows of a list page. */
  readonly pageSize: number
  /** Largest request body of the REST surfaces, bytes. */
  readonly maxBodyBytes: number
  /** Finds a request that the gateway refused a while ago. */
  readonly findRequest: FindRequest
  /** The web dashboard; without it the dashboard port serves the API alone. */
  readonly dashboard?: (() => DashboardState) | undefined
  /** Why the node is not ready, or undefined. */
  readonly notReady: () => string | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Something went wrong that only the log may know; `requestId` is in the answer. */
  readonly logError: (message: string, detail: Readonly<Record<string, unknown>>) => void
}
