/**
 * Reads the time at which a version or an API expires: `2006-01-02 15:04`, in UTC (gateway contract, section 6.1).
 * Returns milliseconds since 1970, 0 for never (empty or `-1`), and undefined when the text is none of these.
 */
export function expiryMs(text: string | undefined): number | undefined {
  if (text === undefined || text === '' || text === '-1') return 0
  const parts = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d)$/.exec(text)
  if (parts === null) return undefined
  const ms = Date.parse(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:00Z`)
  // The engine rolls 30 February over to March; Go refuses it, and so do we.
  return Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(parts[3]) ? undefined : ms
}
