import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const folder = path.resolve(import.meta.dirname, '..')

/** The value below which a share of the sorted values lies. */
export function percentile(values: Float64Array, share: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |\n`
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('')
}

/** Writes a report, headed by where and when it was measured, and prints it. `file` is seen from bench/. */
export function writeReport(file: string, title: string, body: string, facts: readonly string[] = []): void {
  const [cpu] = os.cpus()
  const head = [
    `Machine: ${cpu?.model.trim()}, ${os.cpus().length} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
    `Node: ${process.version}`,
    ...facts,
    `Date: ${new Date().toISOString().slice(0, 10)}`,
    `Commit: ${commit()}`,
  ]
  const text = `# ${title}\n\n${head.map((line) => `- ${line}\n`).join('')}\n${body}`
  mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  writeFileSync(path.join(folder, file), text)
  process.stdout.write(text)
}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim()
  try {
    const changed = git('status', '--porcelain', '--', '..') !== ''
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes on top' : ''}`
  } catch {
    return 'unknown'
  }
}
