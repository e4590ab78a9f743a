/** No empty line yet. */
export const INCOMPLETE = -1
/** An LF without CR before it. */
export const BARE_LF = -2

/**
 * Place after the empty line that ends a head which starts at `start`; the search begins at `from` (three bytes before
 * what was not yet looked at, never before `start`). Finds bare LFs at once, so that nobody waits for a head that
 * can only be refused.
 */
export function findHeadEnd(bytes: Uint8Array, start: number, from: number, end: number): number {
  let previous = from === start ? start - 1 : -9
  for (let at = from; at < end; at++) {
    if (bytes[at] !== 10) continue
    if (at === start || bytes[at - 1] !== 13) return BARE_LF
    if (at - previous === 2) return at + 1
    previous = at
  }
  return INCOMPLETE
}
