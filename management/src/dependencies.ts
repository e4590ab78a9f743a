import type { Counters } from '@tollgate/model/counters'
import type { Storage } from '@tollgate/storage/storage'
import type { FindRequest } from './requests/kept-request.ts'

/** What both faces of the management surface are given by `server/`. */
export type Dependencies = {
  readonly storage: Storage
  /** The counters of this node: live quota in key reads, resets on update. */
  readonly counters: Counters
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
  /** Rows of a list page. */
  readonly pageSize: number
  /** Largest request body of the REST faces, bytes. */
  readonly maxBodyBytes: number
  /** Finds a request that the gateway refused a while ago. */
  readonly findRequest: FindRequest
  /** Why the node is not ready, or undefined. */
  readonly notReady: () => string | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Something went wrong that only the log may know; `requestId` is in the answer. */
  readonly logError: (message: string, detail: Readonly<Record<string, unknown>>) => void
}
