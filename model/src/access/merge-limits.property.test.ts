import assert from 'node:assert/strict'
import test from 'node:test'
import * as fc from 'fast-check'
import type { Limit } from '../limits/counters.ts'
import { concurrencyOf, quotaOf, ratesOf } from '../limits/key-limits.ts'
import { BY_THE_KEY } from '../source-ref.ts'
import { effectiveAccess } from './effective-access.ts'
import { Policy } from './policy.ts'
import { type ApiLimit, Session } from './session.ts'

/** The same cases in every run, so that a failure is the change's. */
const SEED = 1
const RUNS = 1_000

/**
 * Merging policies never makes up a limit: the rates that hold are, all together, those of one policy or of the key;
 * a concurrency and the size of a quota are ones that somebody set.
 */

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const fields = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .record(model)
    .map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)))

const number = fc.constantFrom(-1, 0, 1, 2, 5, 60)
const algorithm = fc.constantFrom('', 'fixed_window', 'sliding_window', 'token_bucket')
const block = {
  rate: optional(number),
  per: optional(number),
  rate_algorithm: optional(algorithm),
  rate_burst: optional(fc.constantFrom(1, 7)),
  rates: optional(
    fc.array(fields({ rate: number, per: number, algorithm: optional(algorithm) }), { maxLength: 2 }),
  ),
  max_concurrency: optional(number),
  quota_max: optional(number),
  quota_renewal_rate: optional(number),
  quota_calendar: optional(fc.constantFrom('', 'day', 'month')),
  quota_time_zone: optional(fc.constantFrom('', 'Europe/Paris')),
}
const right = fields({ limit: optional(fields(block)) })
const rights = fc.dictionary(fc.constantFrom('a', 'b'), right, { maxKeys: 2 })
const policy = fields({
  ...block,
  access_rights: optional(rights),
  limits_shared_by: optional(fc.constantFrom('', 'key', 'owner', 'policy', 'organisation')),
  partitions: optional(
    fields({
      quota: optional(fc.boolean()),
      rate_limit: optional(fc.boolean()),
      acl: optional(fc.boolean()),
      per_api: optional(fc.boolean()),
    }),
  ),
})
const session = fields({
  ...block,
  owner: optional(fc.constant('acme')),
  limits_shared_by: optional(fc.constantFrom('', 'owner')),
  access_rights: optional(rights),
  apply_policies: fc.subarray(['p1', 'p2', 'p3']),
})

const place = { budget: { id: 'k', words: '', mixed: false }, path: [], scope: '', source: BY_THE_KEY }
const rateNumbers = (limits: readonly Limit[]) =>
  JSON.stringify(limits.map(({ max, windowMs, algorithm: how, burst }) => [max, windowMs, how, burst]))
const sizeOf = (limit: Limit | undefined) =>
  JSON.stringify([limit?.max ?? 0, limit?.calendar ?? null, limit?.algorithm ?? null])

test('no limit comes to be that no policy and no key set', () => {
  let merged = 0
  fc.assert(
    fc.property(session, fc.tuple(policy, policy, policy), (sent, [p1, p2, p3]) => {
      const policies = new Map(Object.entries({ p1, p2, p3 }).map(([id, one]) => [id, Policy.parse(one)]))
      const key = Session.parse(sent)
      const { apis, master, unusable } = effectiveAccess({ id: 'k', orgId: 'o', session: key }, (id) =>
        policies.get(id),
      )
      if (unusable !== undefined) return
      const blocks = [...blocksOf(key), ...[...policies.values()].flatMap(blocksOf), {}]
      const rates = new Set(blocks.map((one) => rateNumbers(ratesOf(one, place))))
      const sizes = new Set(blocks.map((one) => sizeOf(quotaOf(one, place))))
      const concurrencies = new Set(blocks.map((one) => concurrencyOf(one, place)?.max))
      const windows = new Set(blocks.map((one) => quotaOf({ ...one, quota_max: 1 }, place)?.windowMs))
      for (const api of master ? [master] : apis.values()) {
        // On a shared counter, windows of one length are one: those are counted by the tests of a limit block.
        if (api.rates.every(({ name }) => name.startsWith('rate:k')))
          assert.ok(rates.has(rateNumbers(api.rates)))
        assert.ok(sizes.has(sizeOf(api.quota)), sizeOf(api.quota))
        if (api.quota) assert.ok(windows.has(api.quota.windowMs))
        assert.ok(concurrencies.has(api.concurrency?.max))
        if (key.apply_policies?.length) merged++
      }
    }),
    { seed: SEED, numRuns: RUNS },
  )
  assert.ok(merged > 200, `${merged} merged rights were looked at`)
})

test('of several policies a key gets at least what each of them alone would give it each second', () => {
  fc.assert(
    fc.property(fc.tuple(fields(block), fields(block)), ([a, b]) => {
      const give = (...names: string[]) => {
        const found = new Map(
          Object.entries({ a, b }).map(([id, one]) => [
            id,
            Policy.parse({ ...one, access_rights: { x: {} } }),
          ]),
        )
        const at = effectiveAccess({ id: 'k', orgId: 'o', session: { apply_policies: names } }, (id) =>
          found.get(id),
        )
        return at.apis.get('x')
      }
      const [both, first, second] = [give('a', 'b'), give('a'), give('b')]
      if (!isStated(a) || !isStated(b)) return
      const best = Math.max(sustained(first?.rates), sustained(second?.rates))
      assert.ok(sustained(both?.rates) >= best - 1e-9)
    }),
    { seed: SEED, numRuns: RUNS },
  )
})

/** Whether a block says anything about rates: one that does not is outdone by any other. */
function isStated({ rate = 0, per = 0, rates }: ApiLimit): boolean {
  const windows = (rates ?? []).filter((window) => window.rate > 0 && window.per > 0)
  return windows.length > 0 || rate < 0 || (rate > 0 && per !== 0)
}

function sustained(rates: readonly Limit[] = []): number {
  return Math.min(Number.POSITIVE_INFINITY, ...rates.map(({ max, windowMs }) => max / windowMs))
}

function blocksOf(document: Policy | Session): ApiLimit[] {
  const inside = Object.values(document.access_rights ?? {}).map(({ limit }) => limit ?? {})
  return [document, ...inside]
}
