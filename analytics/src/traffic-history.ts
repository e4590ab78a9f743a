import { RowPool } from './row-pool.ts'
import { emptyRow, type SeriesShape, TrafficSeries } from './traffic-series.ts'
import {
  FIELD,
  FIELDS,
  FIRST_API_SLOT,
  type Listed,
  listedSlots,
  NO_API_SLOT,
  OTHER_SLOT,
  type Region,
  readLine,
  regionOf,
  workersOf,
} from './traffic-table.ts'

/** By the second, the last 15 minutes; by the minute, the last day. */
export const SECONDS_KEPT = 900
export const MINUTES_KEPT = 86_400
/** Chunks of 60 rows, 13 KB each, that all APIs together may take, and all organisations: 76 MB at the most. */
export const API_CHUNKS = 2048
const ORGANISATION_CHUNKS = 1024
/** How often empty series are looked for, seconds. */
const PRUNE_SECONDS = 60

/** Whose traffic: everything of the instance, an organisation's, or one API's. */
export type TrafficScope =
  | { readonly kind: 'everything' }
  | { readonly kind: 'organisation'; readonly orgId: string }
  | { readonly kind: 'api'; readonly orgId: string; readonly apiId: string }

/** Something that an organisation saw for the first time since the program began. */
export type FirstEvent = 'first_200' | 'first_limit_hit'

type Traffic = { readonly seconds: TrafficSeries; readonly minutes: TrafficSeries }
type SlotState = Listed & { readonly last: Float64Array }

/** The history of the traffic, in memory: what the workers' numbers grew by, second by second. */
export class TrafficHistory {
  /** Unix seconds at which recording began. */
  readonly since: number
  readonly #regions: readonly Region[]
  readonly #slots: SlotState[][]
  readonly #shapes: { readonly api: Shapes; readonly organisation: Shapes }
  readonly #everything: Traffic
  readonly #organisations = new Map<string, Traffic>()
  readonly #apis = new Map<string, Traffic & { readonly apiId: string; readonly orgId: string }>()
  readonly #seen = new Set<string>()
  readonly #onFirst: (orgId: string, event: FirstEvent, at: number) => void
  readonly #delta = emptyRow()
  #pruned: number

  /**
   * @param onFirst told of an organisation's first successful call and first call refused by a limit
   * @param now unix seconds
   */
  constructor(
    table: SharedArrayBuffer,
    now: number,
    onFirst: (orgId: string, event: FirstEvent, at: number) => void = () => undefined,
  ) {
    this.since = Math.floor(now)
    this.#pruned = this.since
    this.#regions = Array.from({ length: workersOf(table) }, (_, index) => regionOf(table, index + 1))
    this.#slots = this.#regions.map(() => [])
    this.#shapes = { api: shapes(API_CHUNKS), organisation: shapes(ORGANISATION_CHUNKS) }
    this.#everything = traffic(this.#shapes.organisation)
    this.#onFirst = onFirst
  }

  /** Takes what the numbers grew by since the last time; to be called about once a second. @param at unix seconds */
  sample(at: number): void {
    for (const [index, region] of this.#regions.entries()) {
      this.#learnSlots(index, region)
      for (const [slot, state] of (this.#slots[index] ?? []).entries()) {
        if (this.#grew(region, slot, state)) this.#add(state, Math.floor(at))
      }
    }
    if (at - this.#pruned >= PRUNE_SECONDS) this.#prune(at)
  }

  /** What happened in [from, to), FIELDS numbers. @param from unix seconds, as `to` */
  total(scope: TrafficScope, rows: 'seconds' | 'minutes', from: number, to: number): Float64Array {
    const total = emptyRow()
    this.#of(scope)?.[rows].sum(total, from, to)
    return total
  }

  /** What happened in [from, to), an entry per `step` seconds. */
  points(
    scope: TrafficScope,
    rows: 'seconds' | 'minutes',
    { from, to, step }: { readonly from: number; readonly to: number; readonly step: number },
  ): { readonly at: number; readonly row: Float64Array }[] {
    const series = this.#of(scope)?.[rows]
    const points = []
    for (let at = from; at < to; at += step) {
      const row = emptyRow()
      series?.sum(row, at, Math.min(to, at + step))
      points.push({ at, row })
    }
    return points
  }

  /** The totals of each API with traffic in [from, to), of one organisation or of all; by whole minutes. */
  byApi(orgId: string | undefined, from: number, to: number): (Listed & { readonly row: Float64Array })[] {
    return [...this.#apis.values()].flatMap(({ minutes, apiId, orgId: owner }) => {
      if (orgId !== undefined && owner !== orgId) return []
      const row = emptyRow()
      minutes.sum(row, from, to)
      return row[FIELD.requests] === 0 ? [] : [{ apiId, orgId: owner, row }]
    })
  }

  #of(scope: TrafficScope): Traffic | undefined {
    if (scope.kind === 'everything') return this.#everything
    if (scope.kind === 'organisation') return this.#organisations.get(scope.orgId)
    return this.#apis.get(keyOf(scope))
  }

  #learnSlots(index: number, region: Region): void {
    const slots = this.#slots[index] ?? []
    if (slots.length === 0) {
      slots[NO_API_SLOT] = { apiId: '', orgId: '', last: emptyRow() }
      slots[OTHER_SLOT] = { apiId: '', orgId: '', last: emptyRow() }
    }
    const known = FIRST_API_SLOT + listedSlots(region)
    for (let slot = slots.length; slot < known; slot++)
      slots.push({ ...readLine(region, slot), last: emptyRow() })
  }

  /** Whether there were requests; `#delta` then holds by how much each number grew. */
  #grew({ counters }: Region, slot: number, { last }: SlotState): boolean {
    const at = slot * FIELDS
    if (counters[at + FIELD.requests] === last[FIELD.requests]) return false
    for (let i = 0; i < FIELDS; i++) {
      const value = counters[at + i] ?? 0
      this.#delta[i] = value - (last[i] ?? 0)
      last[i] = value
    }
    return true
  }

  #add(listed: Listed, at: number): void {
    const delta = this.#delta
    addTo(this.#everything, delta, at)
    if (listed.apiId === '') return
    addTo(this.#apiTraffic(listed), delta, at)
    addTo(this.#organisationTraffic(listed.orgId), delta, at)
    if ((delta[FIELD.s2xx] ?? 0) > 0) this.#first(listed.orgId, 'first_200', at)
    if ((delta[FIELD.refusedRate] ?? 0) + (delta[FIELD.refusedQuota] ?? 0) > 0)
      this.#first(listed.orgId, 'first_limit_hit', at)
  }

  #first(orgId: string, event: FirstEvent, at: number): void {
    const name = `${event} ${orgId}`
    if (this.#seen.has(name)) return
    this.#seen.add(name)
    this.#onFirst(orgId, event, at)
  }

  #apiTraffic(listed: Listed): Traffic {
    const key = keyOf(listed)
    const known = this.#apis.get(key)
    if (known !== undefined) return known
    const made = { ...traffic(this.#shapes.api), apiId: listed.apiId, orgId: listed.orgId }
    this.#apis.set(key, made)
    return made
  }

  #organisationTraffic(orgId: string): Traffic {
    const known = this.#organisations.get(orgId)
    if (known !== undefined) return known
    const made = traffic(this.#shapes.organisation)
    this.#organisations.set(orgId, made)
    return made
  }

  /** Forgets APIs and organisations without traffic for a day. */
  #prune(at: number): void {
    this.#pruned = at
    for (const owners of [this.#apis, this.#organisations]) {
      for (const [key, { seconds, minutes }] of owners) {
        seconds.expire(at)
        minutes.expire(at)
        if (seconds.isEmpty && minutes.isEmpty) owners.delete(key)
      }
    }
  }
}

type Shapes = { readonly seconds: SeriesShape; readonly minutes: SeriesShape }

function shapes(chunks: number): Shapes {
  return {
    seconds: { rowSeconds: 1, keepSeconds: SECONDS_KEPT, pool: new RowPool(chunks) },
    minutes: { rowSeconds: 60, keepSeconds: MINUTES_KEPT, pool: new RowPool(chunks) },
  }
}

function traffic({ seconds, minutes }: Shapes): Traffic {
  return { seconds: new TrafficSeries(seconds), minutes: new TrafficSeries(minutes) }
}

function addTo({ seconds, minutes }: Traffic, delta: Float64Array, at: number): void {
  seconds.add(delta, at)
  minutes.add(delta, at)
}

function keyOf({ apiId, orgId }: Listed): string {
  return `${orgId} ${apiId}`
}
