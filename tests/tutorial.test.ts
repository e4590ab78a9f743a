import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Server, startServer } from './support/server.ts'

/**
 * The tutorials and how-tos, as a reader meets them: every `bash` block of a page runs in one shell, in order, against a first start.
 * Only the values that the page asks the reader to put in are replaced. A `text` block is what the block before it prints;
 * an ellipsis in it stands for anything.
 */

const docs = join(import.meta.dirname, '..', 'docs')
const folders = ['tutorials', 'how-to']

suite('the tutorials and how-tos', () => {
  let server: Server
  let values: Readonly<Record<string, string>>
  const work = mkdtempSync(join(tmpdir(), 'tollgate-tutorial-'))

  before(async () => {
    server = await startServer()
    values = readersValues(await startTextOf(server), server)
  })
  after(async () => {
    await server?.dispose()
    rmSync(work, { recursive: true })
  })

  for (const page of folders.flatMap((folder) => pagesOf(folder))) {
    test(`${page} does what it says`, () => {
      const blocks = blocksOf(readFileSync(join(docs, page), 'utf8'))
      const outputs = runBlocks(
        blocks.map((block) => filledIn(block.commands, values)),
        work,
      )

      for (const [index, { commands, prints }] of blocks.entries()) {
        if (prints !== undefined) assert.match(outputs[index] ?? '', expected(prints), `after:\n${commands}`)
      }
    })
  }

  test('the two commands of the start-up text work when pasted', () => {
    const commands = server.output().match(/^ {2}(KEY=|curl ).*$/gm) ?? []
    assert.equal(commands.length, 2)

    const [key = '', echo = ''] = runBlocks(commands, work)

    assert.match(key, /^[0-9a-f]{56}\n$/)
    assert.equal(JSON.parse(echo).path, '/get')
  })
})

function pagesOf(folder: string): string[] {
  return readdirSync(join(docs, folder))
    .sort()
    .map((page) => join(folder, page))
}

/** Commands to run, and what they print if the page says so. */
type Block = { readonly commands: string; readonly prints: string | undefined }

function blocksOf(page: string): Block[] {
  const fences = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text = '']) => ({
    language,
    text,
  }))
  return fences.flatMap(({ language, text }, index) => {
    if (language !== 'bash') return []
    const next = fences[index + 1]
    return [{ commands: text, prints: next?.language === 'text' ? next.text : undefined }]
  })
}

async function startTextOf(server: Server): Promise<string> {
  // The program answers a moment before it prints. The suite's own time limit ends a wait in vain.
  while (!server.output().includes('\nNext: ')) await sleep(10)
  return server.output()
}

/** What a page has in place of the reader's own values. */
function readersValues(startText: string, server: Server): Readonly<Record<string, string>> {
  const shown = (name: string) =>
    new RegExp(`^  ${name} +(\\S+)`, 'm').exec(startText)?.[1] ?? `no ${name} in the start-up text`
  const demoPort = /upstream on port (\d+)/.exec(startText)?.[1]
  return {
    'your-api-credentials': shown('API credentials'),
    'your-api-id': shown('Demo API ID'),
    'http://127.0.0.1:3000': shown('Dashboard'),
    'http://127.0.0.1:8080': `http://127.0.0.1:${server.gateway.port}`,
    'http://127.0.0.1:8081': `http://127.0.0.1:${demoPort}`,
  }
}

function filledIn(commands: string, values: Readonly<Record<string, string>>): string {
  let filled = commands
  for (const [placeholder, value] of Object.entries(values)) filled = filled.replaceAll(placeholder, value)
  return filled
}

/** Runs the blocks in one shell; what each printed. */
function runBlocks(blocks: readonly string[], cwd: string): string[] {
  const mark = `-- end of block ${process.pid} --`
  const script = blocks.map((commands) => `${commands}\nprintf '\\n%s\\n' '${mark}'`).join('\n')
  const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(status, 0, `the commands failed:\n${stdout}\n${stderr}`)
  return stdout.split(`\n${mark}\n`)
}

/** The printed text as a pattern: exact but for ellipses and white space at the end. */
function expected(prints: string): RegExp {
  const parts = prints.trimEnd().split('…')
  return new RegExp(`^${parts.map((part) => RegExp.escape(part)).join('[\\s\\S]*')}\\s*$`)
}
