/** No empty line yet. */
export const INCOMPLETE = -1
/** An LF without CR before it. */
export const BARE_LF = -2

const EMPTY_LINE = '\r\n\r\n'
/** From so many bytes on a native search is quicker, in spite of what its call costs. */
const LONG_BYTES = 256

/**
 * Place after the empty line that ends a head which starts at `start`; the search begins at `from` (three bytes before
 * what was not yet looked at, never before `start`). Where there is none, finds bare LFs at once, so that nobody waits for a
 * head that can only be refused; within a whole head they are for its parser to find.
 */
export function findHeadEnd(bytes: Buffer, start: number, from: number, end: number): number {
  if (end - from >= LONG_BYTES) {
    const found = bytes.indexOf(EMPTY_LINE, from, 'latin1')
    // The bytes behind the end are of an earlier read.
    if (found >= 0 && found + EMPTY_LINE.length <= end) return found + EMPTY_LINE.length
  }
  let previous = from === start ? start - 1 : -9
  for (let at = from; at < end; at++) {
    if (bytes[at] !== 10) continue
    if (at === start || bytes[at - 1] !== 13) return BARE_LF
    if (at - previous === 2) return at + 1
    previous = at
  }
  return INCOMPLETE
}
