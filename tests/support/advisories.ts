/** What `npm audit --json` says, as far as it is read. */
export type Audit = {
  readonly vulnerabilities?: Readonly<
    Record<
      string,
      {
        readonly via: readonly (
          | string
          | { readonly url: string; readonly title: string; readonly severity: string }
        )[]
      }
    >
  >
  readonly message?: string
  readonly error?: { readonly summary?: string }
}

/** A known fault that does not concern us, and why. */
export type Accepted = { readonly id: string; readonly reason: string }

/** Judges the faults that a registry knows against those that were looked at. */
export function judgeAdvisories(
  audit: Audit,
  accepted: readonly Accepted[],
): { readonly lines: readonly string[]; readonly exitCode: 0 | 1 } {
  if (audit.vulnerabilities === undefined) {
    const why = audit.message || audit.error?.summary || 'it gave no report'
    return { lines: [`NOT CHECKED: the registry cannot be asked for advisories: ${why}`], exitCode: 0 }
  }
  const reasons = new Map(accepted.map(({ id, reason }) => [id, reason]))
  const found = new Map<string, string>()
  for (const [name, { via }] of Object.entries(audit.vulnerabilities)) {
    // A text names another package of this list, by which this one is concerned.
    for (const fault of via) {
      if (typeof fault === 'string') continue
      found.set(fault.url.split('/').at(-1) ?? fault.url, `${name}, ${fault.severity}: ${fault.title}`)
    }
  }
  const lines = [...found].map(([id, what]) => {
    const reason = reasons.get(id)
    return reason === undefined ? `OPEN      ${id} ${what}` : `accepted  ${id} ${what} (${reason})`
  })
  const gone = accepted.filter(({ id }) => !found.has(id)).map(({ id }) => `gone      ${id}: remove it`)
  const isOpen = lines.some((line) => line.startsWith('OPEN'))
  return {
    lines: lines.length === 0 ? ['no known advisories', ...gone] : [...lines, ...gone],
    exitCode: isOpen ? 1 : 0,
  }
}
