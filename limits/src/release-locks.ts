import { lock, unlock } from './block-locks.ts'
import { behindCells, findCell, finishSplit, firstCell, HELD, lockWord } from './cell-blocks.ts'
import { PART_NAMES, partKey } from './cell-state.ts'
import { ALL, incarnationOf, requestsOf, workerOfEnd } from './concurrency.ts'
import { blocksInUse, END, FLOATS_PER_CELL, HEADER, type Layout, layoutOf, VALUE } from './table-layout.ts'

/**
 * Cleans up behind a worker that died: frees what it had locked, completes what it had begun to split, and ends the
 * requests that it held in concurrency limits. Call it once the worker has ended, and before its number is given to
 * another. A worker that died in the middle of counting leaves at worst one request counted in some of its limits.
 *
 * Where another dead worker still holds a block, the requests in it are ended when that one is cleaned up.
 */
export function releaseLocks(table: SharedArrayBuffer, worker: number): void {
  const layout = layoutOf(table)
  const { words, header, incarnations } = layout
  Atomics.add(incarnations, worker, 1)
  const blocks = blocksInUse(layout)
  for (let block = 0; block < blocks; block++) {
    if (Atomics.load(words, lockWord(block)) !== worker + 1) continue
    finishSplit(layout, block)
    unlock(words, lockWord(block))
  }
  if (Atomics.load(header, HEADER.held) === 0) return
  for (let block = 0; block < blocksInUse(layout); block++) {
    if (!lock(words, lockWord(block), worker + 1)) continue
    endRequestsOfTheDead(layout, block)
    unlock(words, lockWord(block))
  }
}

function endRequestsOfTheDead(layout: Layout, block: number): void {
  const { words, floats, incarnations } = layout
  for (let at = firstCell(block); at < behindCells(block); at += FLOATS_PER_CELL) {
    const worker = workerOfEnd(floats[at + END] ?? 0)
    if (worker < 0 || incarnationOf(floats[at + VALUE] ?? 0) === incarnations[worker]) continue
    const hi = words[2 * at] ?? 0
    const lo = partKey(words[2 * at + 1] ?? 0, PART_NAMES.workers + worker)
    const all = findCell(layout, block, hi, partKey(lo, PART_NAMES.concurrency + ALL))
    if (all >= 0) {
      const left = requestsOfTheLiving(layout, block, hi, lo)
      floats[all + VALUE] = left
      floats[all + END] = left === 0 ? 0 : HELD
    }
    floats[at + END] = 0
  }
}

function requestsOfTheLiving(layout: Layout, block: number, hi: number, lo: number): number {
  const { floats, header, incarnations } = layout
  let requests = 0
  for (let worker = 0; worker < (header[HEADER.workers] ?? 0); worker++) {
    const own = findCell(layout, block, hi, partKey(lo, PART_NAMES.workers + worker))
    const value = own < 0 || floats[own + END] === 0 ? 0 : (floats[own + VALUE] ?? 0)
    if (incarnationOf(value) === incarnations[worker]) requests += requestsOf(value)
  }
  return requests
}
