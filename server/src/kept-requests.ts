import type { RefusedRecord } from '@tollgate/analytics/request-record'
import type { FindRequest } from '@tollgate/management/requests/kept-request'

/** Requests that the gateway refused or that failed, for as long as there is room. */
export type KeptRequests = {
  keep(records: readonly RefusedRecord[]): void
  readonly find: FindRequest
}

/** A worker hands its records over within 50 ms, and later when the machine is busy: who asks at once is given them. */
const ARRIVAL_MS = 1_000

/**
 * Each organisation has its own list, whose oldest goes first. When there is no more room, an organisation with its share
 * or more makes room for its own; one with less takes it from the longest list, so that nobody pushes out another's.
 * @param entries how many are kept at most; 0 = none
 */
export function keptRequests(entries: number): KeptRequests {
  const byId = new Map<string, RefusedRecord>()
  /** Ids of each organisation, the oldest first; requests to no API have a list of their own. */
  const lists = new Map<string, Set<string>>()
  /** Those who wait for records of these ids. */
  const waiting = new Map<string, Set<() => void>>()

  function keep(record: RefusedRecord): void {
    const { requestId, orgId } = record
    const list = lists.get(orgId) ?? new Set()
    lists.set(orgId, list)
    if (byId.size >= entries) dropOldest(list.size >= entries / lists.size ? orgId : longest())
    byId.set(requestId, record)
    list.add(requestId)
    for (const arrived of waiting.get(requestId) ?? []) arrived()
  }

  /** Resolves when the record is here, or after `ARRIVAL_MS`. */
  function arrival(requestId: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const all = waiting.get(requestId) ?? new Set()
    waiting.set(requestId, all)
    const done = (): void => {
      clearTimeout(late)
      all.delete(done)
      if (all.size === 0) waiting.delete(requestId)
      resolve()
    }
    const late = setTimeout(done, ARRIVAL_MS)
    all.add(done)
    return promise
  }

  function dropOldest(orgId: string): void {
    const list = lists.get(orgId)
    const [oldest] = list ?? []
    if (list === undefined || oldest === undefined) return
    list.delete(oldest)
    byId.delete(oldest)
    if (list.size === 0) lists.delete(orgId)
  }

  function longest(): string {
    let found = ''
    let size = 0
    for (const [orgId, list] of lists) {
      if (list.size <= size) continue
      found = orgId
      size = list.size
    }
    return found
  }

  return {
    keep(records) {
      if (entries > 0) for (const record of records) keep(record)
    },
    async find(requestId) {
      if (entries > 0 && !byId.has(requestId)) await arrival(requestId)
      return byId.get(requestId)
    },
  }
}
