import { cpuRatio, near, ranged, speedRatio } from './figures.ts'
import { pairwise, type Rounds } from './measure/rounds.ts'
import type { Estimate } from './measure/statistics.ts'
import type { Results } from './measured.ts'
import { table } from './report.ts'
import { scalingConnections } from './sections/scaling.ts'
import { names } from './sections/setting.ts'
import { bigReply } from './workloads.ts'

/** The goals, what was measured, and whether that reaches them. */
export function mustTable({ plain, latency, workloads, idle, scaling }: Results): string {
  const { rounds } = plain
  const keyless = pairwise(rounds, [names.keyless, names.nginx], cpuRatio)
  const chain = pairwise(rounds, [names.chain, names.nginx], cpuRatio)
  const lua = pairwise(rounds, [names.lua, names.nginx], cpuRatio)
  const difference = pairwise(rounds, [names.chain, names.keyless], (sample, base) => sample.cpu - base.cpu)
  const added = latency.added.by.find(({ name }) => name === names.chain)?.p99
  if (added === undefined) throw new Error('the whole chain has no times')
  const two = pairwise(scaling.rounds, [scaling.names[1], scaling.names[0]], speedRatio)
  const each = Math.max(...idle.filter(({ name }) => name !== names.nginx).map((result) => result.each))
  const big = workloads.find(({ workload }) => workload === bigReply)?.rounds ?? rounds
  const throughput = pairwise(big, [names.keyless, names.nginx], speedRatio)
  const rows: [string, string, string, string, string][] = [
    [
      'CPU per request, keyless GET ~110 B, ratio to nginx',
      '1.5',
      '1.25',
      ranged(keyless, 2),
      verdict(keyless.median <= 1.5, rounds),
    ],
    [
      'whole chain (key, rights, rate, counting quota), same ratio',
      '1.8',
      `${near(lua.median, 2)} (nginx + Lua)`,
      ranged(chain, 2),
      verdict(chain.median <= 1.8, rounds),
    ],
    [
      'chain minus keyless',
      '6 us',
      '3 us',
      `${ranged(difference, 1)} us`,
      verdict(difference.median <= 6, rounds),
    ],
    [
      'p99 added over direct at 50 % load, open loop, whole chain',
      '1 ms',
      '0.3 ms',
      `${ranged(inMillis(added), 2)} ms, direct ${near(latency.added.direct.p99 / 1000, 2)} ms`,
      latency.added.direct.p99 > 1000
        ? 'cannot be told: the upstream alone was no quicker than that'
        : `${added.median <= 1000 ? 'yes' : 'no'}`,
    ],
    [
      `two workers against one, ${scalingConnections} connections`,
      '1.8 x where a core is free for the load',
      '1.95 x',
      `${ranged(two, 2)} x with the load on the same two cores`,
      two.median >= 1.8 ? verdict(true, scaling.rounds) : 'cannot be told here: see below',
    ],
    [
      '10,000 idle keep-alive connections, memory each',
      '6 KB',
      '4 KB',
      `${near(each, 1)} KiB`,
      each * 1.024 <= 6 ? 'yes' : 'no',
    ],
    [
      '100 KiB replies, throughput to nginx',
      '0.7 x',
      '0.9 x',
      `${ranged(throughput, 2)} x, at ${ranged(pairwise(big, [names.keyless, names.nginx], cpuRatio), 2)} x the CPU`,
      verdict(throughput.median >= 0.7, big),
    ],
  ]
  return `## What must be reached\n\n${table(['measure', 'must', 'aim', 'measured (95 % interval)', 'must met'], rows)}
The chain's record of a request is the traffic counted in shared memory, the key noted as used, and the log line of a refusal; all are in the measured figure.
`
}

/** Whether a goal is met, and whether the rounds behind it were quiet enough to say so. */
function verdict(isMet: boolean, { disturbed, rounds }: Rounds): string {
  return `${isMet ? 'yes' : 'no'}${disturbed > rounds / 2 ? ', but disturbed' : ''}`
}

const inMillis = ({ median, low, high, count }: Estimate): Estimate => ({
  median: median / 1000,
  low: low / 1000,
  high: high / 1000,
  count,
})
