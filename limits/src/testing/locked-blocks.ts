import { lock, unlock } from '../block-locks.ts'
import { lockWord } from '../cell-blocks.ts'
import { blocksInUse, layoutOf } from '../table-layout.ts'

/** Locks every block of a table, for a worker that never gives them back. */
export function lockBlocks(table: SharedArrayBuffer, worker: number): void {
  const layout = layoutOf(table)
  for (let block = 0; block < blocksInUse(layout); block++) lock(layout.words, lockWord(block), worker + 1)
}

/** Unlocks every block of a table, whoever locked it. */
export function unlockBlocks(table: SharedArrayBuffer): void {
  const layout = layoutOf(table)
  for (let block = 0; block < blocksInUse(layout); block++) unlock(layout.words, lockWord(block))
}
