/**
 * Bytes that a process allocated on the JavaScript heap, from the lines of `--trace-gc`: what each collection found more
 * than the one before left. All threads; the time of day does not change it, so it is steadier than processor time.
 */
export function allocatedBytes(trace: string): number {
  const left = new Map<string, number>()
  let megabytes = 0
  for (const line of trace.split('\n')) {
    const match = /^\[\d+:(0x[0-9a-f]+)[^\]]*\].*?([\d.]+) \([\d.]+\) -> ([\d.]+) \([\d.]+\) MB/.exec(line)
    if (match === null) continue
    const [, thread = '', before, after] = match
    megabytes += Math.max(0, Number(before) - (left.get(thread) ?? Number(before)))
    left.set(thread, Number(after))
  }
  return megabytes * 2 ** 20
}
