import type { TrafficHistory } from '@tollgate/analytics/traffic-history'
import type { Quotas } from '@tollgate/limits/quotas'
import type { PathMatching } from '@tollgate/model/definition/path-pattern'
import type { Counters } from '@tollgate/model/limits/counters'
import type { Storage } from '@tollgate/storage/storage'
import type { ClaimRule } from './apis/refuse-claims.ts'
import type { DashboardState } from './dashboard-files.ts'
import type { FindRequest } from './requests/kept-request.ts'
import type { OwnGateway } from './try-it/own-gateway.ts'

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
  /** Which domains and listen paths an organisation may take. */
  readonly claimRule: ClaimRule
  /** The names under which clients reach the gateway; undefined where no setting tells them. */
  readonly gatewayHosts: readonly string[] | undefined
  /** The same for the control API, where that has a port of its own. */
  readonly controlUrl?: string | undefined
  /** Base URL under which browsers reach the dashboard: passkeys and identity providers are bound to it. */
  readonly dashboardUrl: string
  /** Fewest characters of a new password. */
  readonly minPasswordLength: number
  /** What the gate's workers counted, lately. */
  readonly traffic: TrafficHistory
  /** When a key was last recognised, unix seconds, where that is newer than what is stored; else 0. */
  readonly lastUse: (keyId: string) => number
  /** The gate's own port, for calls on behalf of a user; undefined while it is not known. */
  readonly ownGateway: OwnGateway | undefined
  /** Whether the APIs of one organisation may share a domain and listen path. */
  readonly duplicateSlugs: boolean
  /** Where records of the control API go that name no organisation; empty = to the installation's first. */
  readonly defaultOrganisation: string
  /** Reads the files of definitions and policies again; resolves when what they say is in force. */
  readonly reload: () => Promise<void>
  /** How the gateway matches paths. */
  readonly matching: PathMatching
  /** A listen path without a slash at its end takes whole words only. */
  readonly strictRoutes: boolean
  /** The one form in which the gateway matches a path; undefined for one that it refuses. */
  readonly normalisePath: (path: string) => string | undefined
  /** Rows of a list page. */
  readonly pageSize: number
  /** Largest request body of the REST surfaces, bytes. */
  readonly maxBodyBytes: number
  /** Most JSON values in one of them. */
  readonly maxBodyValues: number
  /** Bytes of answers that may wait for their clients, all together. */
  readonly maxAnswerBytes: number
  /** Wrong secrets of the admin and control APIs that an address may send at once; 0 = any number. */
  readonly wrongSecrets: number
  /** Addresses that sent forwarding headers and are not trusted to, the first few. */
  readonly untrustedForwarders: () => readonly string[]
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
