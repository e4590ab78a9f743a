/**
 * Runs the strictness suite (tests/strictness) against the bare engine, nginx and HAProxy, and writes the scores into
 * docs/reference/http.md, between the marks. nginx and HAProxy are those of the machine (`apt-get install nginx haproxy`).
 * Usage: npm run bench strictness-scores
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** As tests/strictness/run.ts writes it. */
type Outcome = {
  readonly name: string
  readonly group: string
  readonly basis: 'rfc' | 'choice'
  readonly complaints: readonly string[]
  readonly did: string
}

type Contender = {
  readonly name: string
  readonly version: string
  start(port: number, upstreamPort: number, folder: string): Promise<ChildProcess>
}

type Score = { readonly contender: Contender; readonly outcomes: readonly Outcome[] }

const repository = path.resolve(import.meta.dirname, '../..')
const page = path.join(repository, 'docs/reference/http.md')
const marks = ['<!-- strictness scores: begin -->', '<!-- strictness scores: end -->'] as const

const contenders: readonly Contender[] = [
  {
    name: 'Tollgate',
    version: 'this version',
    start: async (port, upstreamPort) =>
      spawn(process.execPath, [
        path.join(import.meta.dirname, 'http1-proxy.ts'),
        `${port}`,
        `${upstreamPort}`,
      ]),
  },
  {
    name: 'nginx',
    version: versionOf('/usr/sbin/nginx', '-v'),
    async start(port, upstreamPort, folder) {
      await writeFile(path.join(folder, 'nginx.conf'), nginxConfig(port, upstreamPort, folder))
      return spawn('/usr/sbin/nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')])
    },
  },
  {
    name: 'HAProxy',
    version: versionOf('/usr/sbin/haproxy', '-v'),
    async start(port, upstreamPort, folder) {
      await writeFile(path.join(folder, 'haproxy.cfg'), haproxyConfig(port, upstreamPort))
      return spawn('/usr/sbin/haproxy', ['-db', '-f', path.join(folder, 'haproxy.cfg')])
    },
  },
]

/** A plain proxy with kept-alive connections to the upstream, which streams as the others do; nothing else is changed. */
const nginxConfig = (port: number, upstreamPort: number, folder: string) => `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events {}
http {
  access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream up { server 127.0.0.1:${upstreamPort} max_fails=0; keepalive 16; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
      proxy_buffering off; proxy_request_buffering off;
    }
  }
}
`
const haproxyConfig = (port: number, upstreamPort: number) => `
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
frontend f
  bind 127.0.0.1:${port}
  default_backend b
backend b
  http-reuse safe
  server u 127.0.0.1:${upstreamPort}
`

function versionOf(program: string, option: string): string {
  try {
    const text = execFileSync('/bin/sh', ['-c', `${program} ${option} 2>&1`], { encoding: 'utf8' })
    return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? 'of unknown version'
  } catch {
    throw new Error(`${program} is not installed: apt-get install nginx haproxy`)
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function score(contender: Contender): Promise<Score> {
  const folder = await mkdtemp(path.join(tmpdir(), 'tollgate-strictness-'))
  const [port, upstreamPort] = [await freePort(), await freePort()]
  const proxy = await contender.start(port, upstreamPort, folder)
  // Long enough for either to listen; a case that comes too early would only fail, and be seen.
  await sleep(1_000)
  try {
    const text = await output('tests/strictness/run.ts', [
      ...['--port', `${port}`, '--upstream-port', `${upstreamPort}`, '--json'],
    ])
    const outcomes = text
      .trim()
      .split('\n')
      .map((line): Outcome => JSON.parse(line))
    return { contender, outcomes }
  } finally {
    proxy.kill('SIGTERM')
    if (proxy.exitCode === null) await once(proxy, 'close')
    await rm(folder, { recursive: true, force: true })
  }
}

async function output(script: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (bytes: Buffer) => {
    text += bytes.toString()
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${script} ended with ${code}`)
  return text
}

const passed = (outcomes: readonly Outcome[]) =>
  outcomes.filter(({ complaints }) => complaints.length === 0).length

function table(scores: readonly Score[]): string {
  const all = scores[0]?.outcomes ?? []
  const groups = [...new Set(all.map(({ group }) => group))]
  const row = (title: string, chosen: (outcome: Outcome) => boolean) =>
    `| ${title} | ${all.filter(chosen).length} | ${scores
      .map(({ outcomes }) => passed(outcomes.filter(chosen)))
      .join(' | ')} |`
  const names = scores.map(({ contender }) => `${contender.name} ${contender.version}`)
  return [
    `| cases | number | ${names.join(' | ')} |`,
    `|---|${'---|'.repeat(scores.length + 1)}`,
    ...groups.map((group) => row(group, (outcome) => outcome.group === group)),
    row('**what the RFCs demand**', ({ basis }) => basis === 'rfc'),
    row('**what they leave open, or where we are stricter**', ({ basis }) => basis === 'choice'),
    row('**all**', () => true),
  ].join('\n')
}

/** What the others did in the cases that the RFCs decide. */
function differences(scores: readonly Score[]): string {
  const [ours, ...others] = scores
  const rows = (ours?.outcomes ?? []).flatMap(({ group, name, basis }, index) => {
    const cells = others.map(({ outcomes }) => {
      const outcome = outcomes[index]
      return outcome === undefined || outcome.complaints.length === 0 ? '' : cell(outcome)
    })
    return basis === 'rfc' && cells.some((text) => text !== '')
      ? [`| ${group}: ${name} | ${cells.join(' | ')} |`]
      : []
  })
  const names = others.map(({ contender }) => contender.name)
  return [`| case | ${names.join(' | ')} |`, `|---|${'---|'.repeat(others.length)}`, ...rows].join('\n')
}

function cell({ complaints, did }: Outcome): string {
  const text = `${complaints[0] ?? ''} (${did.split('; upstream')[0]})`
  return text
    .replaceAll('|', '\\|')
    .replaceAll(/[^\x20-\x7e]/g, '?')
    .slice(0, 140)
}

const scores: Score[] = []
for (const contender of contenders) {
  const result = await score(contender)
  scores.push(result)
  process.stdout.write(`${contender.name}: ${passed(result.outcomes)} of ${result.outcomes.length}\n`)
}
const text = await readFile(page, 'utf8')
const [begin, end] = marks.map((mark) => text.indexOf(mark)) as [number, number]
if (begin < 0 || end < begin) throw new Error(`${page} lacks the marks ${marks.join(' and ')}`)
const block = `${marks[0]}\n\n${table(scores)}\n\nWhere they differ in what the RFCs demand:\n\n${differences(scores)}\n\n`
await writeFile(page, text.slice(0, begin) + block + text.slice(end))
