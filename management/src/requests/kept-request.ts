import type { RefusedRecord } from '@tollgate/analytics/request-record'

/** A request that the gateway refused or that failed, as far as it is explained. */
export type KeptRequest = Pick<
  RefusedRecord,
  | 'requestId'
  | 'atMs'
  | 'method'
  | 'path'
  | 'status'
  | 'code'
  | 'message'
  | 'apiId'
  | 'orgId'
  | 'keyId'
  | 'limit'
  | 'trace'
>

/** Finds a request that is still kept, also one that is on its way from the gateway. */
export type FindRequest = (requestId: string) => Promise<KeptRequest | undefined>
