import net from 'node:net'
import { furnish, sessionFor } from './furnish.ts'
import { run } from './keep-alive-client.ts'
import { type Program, startProgram } from './program.ts'
import { percentile, table, writeReport } from './report.ts'

/**
 * Creates keys through POST /api/keys over 16 keep-alive connections, and looks them up through the gateway. Generator,
 * program and upstream share the machine. Usage: key-creation [keys, default 100000] [rounds of random look-ups, default 8]
 */

const keys = Number(process.argv[2] ?? 100_000)
const rounds = Number(process.argv[3] ?? 8)
const block = Math.max(1, Math.floor(keys / 10))
const connections = 16
const lookups = Math.min(5_000, Math.floor(block / 2))
/** Entries of each worker's key cache while this runs: far fewer than there are keys. */
const cacheEntries = 10_000

/** An upstream that costs next to nothing: each read of a small GET is one request. */
async function startUpstream(): Promise<{ url: string; close(): void }> {
  const reply = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
  const server = net.createServer((socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('data', () => socket.write(reply))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as net.AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() }
}

const creationRequest = (accessKey: string, apiId: string): string => {
  const body = JSON.stringify(sessionFor(apiId))
  return `POST /api/keys HTTP/1.1\r\nHost: localhost\r\nauthorization: ${accessKey}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
}

type Block = {
  made: number
  perSecond: number
  p50: number
  p99: number
  cpuMicros: number
  residentMiB: number
}

async function createBlock(
  program: Program,
  request: string,
  secrets: string[],
  count: number,
): Promise<Block> {
  const cpuBefore = program.cpuSeconds()
  const { seconds, micros } = await run({
    port: program.dashboardPort,
    connections,
    total: count,
    request: () => request,
    onReply(_, status, body) {
      const at = body.indexOf('"key_id":"')
      if (status !== 200 || at < 0) throw new Error(`${status} ${body}`)
      secrets.push(body.slice(at + 10, at + 66))
    },
  })
  const cpu = program.cpuSeconds() - cpuBefore
  return {
    made: secrets.length,
    perSecond: count / seconds,
    p50: percentile(micros, 0.5),
    p99: percentile(micros, 0.99),
    cpuMicros: (cpu / count) * 1e6,
    residentMiB: program.residentMiB(),
  }
}

type Lookups = {
  what: string
  perSecond: number
  p50: number
  p99: number
  cpuMicros: number
  residentMiB: number
}

async function lookUp(program: Program, what: string, secrets: readonly string[]): Promise<Lookups> {
  const cpuBefore = program.cpuSeconds()
  const { seconds, micros } = await run({
    port: program.gatewayPort,
    connections,
    total: secrets.length,
    request: (index) =>
      `GET /bench/x HTTP/1.1\r\nHost: localhost\r\nauthorization: ${secrets[index]}\r\n\r\n`,
    onReply(index, status, body) {
      if (status !== 200) throw new Error(`${secrets[index]}: ${status} ${body}`)
    },
  })
  const cpu = program.cpuSeconds() - cpuBefore
  return {
    what,
    perSecond: secrets.length / seconds,
    p50: percentile(micros, 0.5),
    p99: percentile(micros, 0.99),
    cpuMicros: (cpu / secrets.length) * 1e6,
    residentMiB: program.residentMiB(),
  }
}

/** Different keys in random order: each is looked up for the first time. */
function sample(secrets: readonly string[], count: number, from: number, to: number): string[] {
  const picked = new Set<number>()
  while (picked.size < count) picked.add(from + Math.floor(Math.random() * (to - from)))
  return [...picked].map((index) => secrets[index] ?? '')
}

const cells = (row: Omit<Block, 'made'>) => [
  Math.round(row.perSecond),
  Math.round(row.p50),
  Math.round(row.p99),
  Math.round(row.cpuMicros),
  Math.round(row.residentMiB),
]

async function main(): Promise<void> {
  const upstream = await startUpstream()
  const program = await startProgram({
    TOLLGATE_KEY_CACHE_ENTRIES: String(cacheEntries),
    TOLLGATE_WORKERS: '2',
  })
  try {
    const { accessKey, apiId } = await furnish(program, {
      proxy: { listen_path: '/bench/', target_url: upstream.url, strip_listen_path: true },
    })
    const request = creationRequest(accessKey, apiId)
    const atStart = program.residentMiB()
    const secrets: string[] = []
    const looked: Lookups[] = []
    const made = [await createBlock(program, request, secrets, block)]
    looked.push(await lookUp(program, `first look-up, ${block} keys`, sample(secrets, lookups, 0, block)))
    while (secrets.length < keys) {
      made.push(await createBlock(program, request, secrets, Math.min(block, keys - secrets.length)))
    }
    looked.push(await lookUp(program, `first look-up, ${keys} keys`, sample(secrets, lookups, block, keys)))
    const known = sample(secrets, Math.min(500, lookups), block, keys)
    const again = Array.from({ length: lookups * 2 }, (_, index) => known[index % known.length] ?? '')
    looked.push(await lookUp(program, `${known.length} keys again and again`, again))
    for (let round = 1; round <= rounds; round++) {
      const random = Array.from({ length: block }, () => secrets[Math.floor(Math.random() * keys)] ?? '')
      looked.push(await lookUp(program, `random over all, round ${round}`, random))
    }
    report(made, looked, atStart)
  } finally {
    await program.stop()
    upstream.close()
  }
}

function report(made: readonly Block[], looked: readonly Lookups[], atStart: number): void {
  const seconds = made.reduce((sum, { perSecond }, index) => sum + sizeOf(made, index) / perSecond, 0)
  const columns = ['per second', 'p50 us', 'p99 us', 'CPU us each', 'resident MiB']
  writeReport(
    'results/key-creation.md',
    `Creating ${keys} keys and looking them up`,
    `Embedded SQLite, \`POST /api/keys\` with the body of the key tutorial over ${connections} keep-alive connections; the load
generator, the program and the upstream share the machine. CPU is that of the whole program. The key cache holds
${cacheEntries} entries in each of two workers.

**${Math.round(keys / seconds)} keys a second over the whole run** (${seconds.toFixed(1)} s); resident memory at the start ${Math.round(atStart)} MiB.

${table(
  ['keys made', ...columns],
  made.map((row) => [row.made, ...cells(row)]),
)}
Look-ups are whole requests through the gateway to an upstream that answers two bytes.

${table(
  ['look-ups', ...columns],
  looked.map((row) => [row.what, ...cells(row)]),
)}`,
  )
}

const sizeOf = (made: readonly Block[], index: number): number =>
  (made[index]?.made ?? 0) - (index === 0 ? 0 : (made[index - 1]?.made ?? 0))

await main()
