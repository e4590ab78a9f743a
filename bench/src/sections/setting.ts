import type { Contender } from '../contenders/contender.ts'

/** What every section works with. */
export type Setting = {
  readonly contenders: readonly Contender[]
  /** @throws when there is none of that name */
  readonly named: (name: string) => Contender
  readonly upstream: Contender
  readonly folder: string
  /** Of the usual time, for tries. */
  readonly share: number
  readonly say: (text: string) => void
}

/** Names by which the results are put together. */
export const names = {
  nginx: 'nginx',
  lua: 'nginx + Lua',
  keyless: 'Tollgate, keyless',
  chain: 'Tollgate, whole chain',
} as const

/** Pairs that every comparison has at least. */
export const pairs = 10

/** Connections under load. */
export const activeConnections = 64

/** Rounds for the share of time that is given: never none. */
export function roundsFor(share: number): number {
  return Math.max(1, Math.round(pairs * Math.min(1, share)))
}
