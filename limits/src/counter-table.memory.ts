import { readFileSync } from 'node:fs'
import { TAKEN } from '@tollgate/model/limits/counters'
import { createCounterTable, openCounters } from './counter-table.ts'
import { blocksInUse, layoutOf } from './table-layout.ts'
import { limitFor } from './testing/limits.ts'

/** A process of the test: fills a table with counters and prints how much more memory the system gave it. */

const KEYS = 1_000_000
const WINDOW_MS = 60_000
const PAGE_BYTES = 4096

/** Resident memory of this process, bytes. */
function resident(): number {
  return Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1]) * PAGE_BYTES
}

/** A limit whose counter is set for each take, so that the keys themselves take no memory. */
const cell = { hi: 0, lo: 0 }
const limits = [limitFor('fixed-window', 'any', 2, WINDOW_MS, { cell })]

/** Takes once for each key; how many were admitted. */
function takeAll(
  counters: ReturnType<typeof openCounters>,
  kind: number,
  keys: number,
  nowMs: number,
): number {
  let taken = 0
  for (let key = 0; key < keys; key++) {
    cell.hi = Math.imul(key ^ kind, 0x9e3779b1)
    cell.lo = Math.imul(key, 0x85ebca6b) ^ kind
    if (counters.take(limits, nowMs, 1) === TAKEN) taken++
  }
  return taken
}

const START = 1_800_000_000_000
takeAll(openCounters(createCounterTable({ cells: 10_000 }), 0), 1, 10_000, START)

const table = createCounterTable({ cells: 4 * KEYS })
const counters = openCounters(table, 0)
const before = resident()
const taken = [takeAll(counters, 1, KEYS, START)]
const one = resident() - before
taken.push(takeAll(counters, 2 ** 20, KEYS, START))
const two = resident() - before
const blocks = blocksInUse(layoutOf(table))
// A window later all of them are idle, and other keys come.
const later = START + WINDOW_MS
taken.push(takeAll(counters, 2 ** 21, KEYS, later))
const anew = resident() - before
const newBlocks = blocksInUse(layoutOf(table)) - blocks
process.stdout.write(JSON.stringify({ taken, one, two, anew, newBlocks }))
