import type { Group, Setting } from '../settings.ts'
import { settings } from '../settings.ts'

/** The text of docs/reference/configuration.md, from the table of settings. */
export function configurationReference(): string {
  const groups = new Map<Group, string[]>()
  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    const rows = groups.get(setting.group) ?? []
    rows.push(`| \`${name}\` | ${defaultShown(setting)} | ${setting.about.replaceAll('|', '\\|')} |`)
    groups.set(setting.group, rows)
  }
  const sections = [...groups].map(([group, rows]) =>
    [`## ${group}`, '', '| setting | default | meaning |', '|---|---|---|', ...rows, ''].join('\n'),
  )
  return `${introduction}\n${sections.join('\n')}`
}

function defaultShown({ fallback, fallbackShown }: Setting<unknown>): string {
  if (fallbackShown !== undefined) return fallbackShown
  return fallback ? `\`${fallback}\`` : 'empty'
}

const introduction = `# Configuration

<!-- Written from server/src/settings.ts by \`npm run docs\`. Change it there. -->

Every setting has a safe default: none must be set. A setting is an environment variable. It may also
stand in a JSON file that \`TOLLGATE_CONFIG\` names, one object with the same names; the environment
wins over the file. An empty value counts as not set. Times end in \`_MS\` and are milliseconds, sizes
end in \`_BYTES\` and are bytes.

Mistakes are told all at once, before anything is started, and the program ends with exit code 2. A
name that begins with \`TOLLGATE_\` and is not in this list is a mistake too.

\`\`\`json
{
  "TOLLGATE_HOST": "0.0.0.0",
  "TOLLGATE_GATEWAY_PORT": 80,
  "TOLLGATE_TRUSTED_PROXIES": ["10.0.0.0/8"]
}
\`\`\`
`
