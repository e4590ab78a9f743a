import { readFileSync } from 'node:fs'

/**
 * Loaded into a program before anything else (`--import`): its clock is ahead of the machine's by as many milliseconds
 * as the file says, in all of its threads. So a test sets the clock of a program and not the machine's.
 */

/** The file is read again when that much time has passed, milliseconds. */
const READ_EVERY_MS = 5

const file = process.env.MOVED_CLOCK_FILE
if (file === undefined) throw new Error('MOVED_CLOCK_FILE names no file')
const machine = Date.now
let aheadMs = 0
let readAtMs = Number.NEGATIVE_INFINITY

Date.now = () => {
  const upMs = performance.now()
  if (upMs - readAtMs >= READ_EVERY_MS) {
    readAtMs = upMs
    aheadMs = Number(readFileSync(file, 'utf8'))
  }
  return machine() + aheadMs
}
