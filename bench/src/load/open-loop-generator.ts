/**
 * The process of an open loop. A request is due at its place in a fixed schedule; when all connections wait for
 * replies, it waits, and that time counts. Usage: node open-loop-generator.ts <OpenLoop as JSON>
 */
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { createHistogram } from '../measure/histogram.ts'
import type { OpenLoop, OpenLoopResult } from './open-loop.ts'

const load: OpenLoop = JSON.parse(process.argv[2] ?? '{}')
const total = Math.round(load.perSecond * (load.warmSeconds + load.seconds))
const firstCounted = Math.round(load.perSecond * load.warmSeconds)
const msBetween = 1000 / load.perSecond
/** The longest nap between two looks at the sockets: what it adds to a time is the same for all that are compared. */
const longestNapMs = 0.05
/** Later than that, something is broken. */
const patienceMs = 15_000

const histogram = createHistogram()
const request = Buffer.from(load.request, 'latin1')
const lengthPattern = /\r\ncontent-length: *(\d+)/i
const idle: Line[] = []
let answered = 0

/** One connection, with at most one request on its way. */
class Line {
  readonly #socket: net.Socket
  #dueAt = 0
  #isCounted = false
  #missing = -1
  #pending = ''

  constructor(socket: net.Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('error', (error) => fail(error.message))
    socket.on('close', () => fail('a connection was closed'))
  }

  send(dueAt: number, isCounted: boolean): void {
    this.#dueAt = dueAt
    this.#isCounted = isCounted
    this.#socket.write(request)
  }

  #read(chunk: Buffer): void {
    if (this.#missing >= 0) {
      this.#missing -= chunk.length
    } else {
      this.#pending += chunk.toString('latin1')
      const head = this.#pending.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = lengthPattern.exec(this.#pending)?.[1]
      if (length === undefined || !this.#pending.startsWith('200', 9)) fail(this.#pending.slice(0, 200))
      this.#missing = head + 4 + Number(length) - this.#pending.length
    }
    if (this.#missing > 0) return
    this.#missing = -1
    this.#pending = ''
    answered += 1
    if (this.#isCounted) histogram.add((performance.now() - this.#dueAt) * 1000)
    idle.push(this)
  }
}

function fail(why: string): never {
  process.stderr.write(`open loop: ${why}\n`)
  process.exit(1)
}

async function connect(): Promise<Line> {
  const socket = net.connect(load.port, '127.0.0.1')
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return new Line(socket)
}

// Linux lets a sleeper oversleep by 50 us unless told otherwise.
writeFileSync('/proc/self/timerslack_ns', '1000')
for (let made = 0; made < load.connections; made++) idle.push(await connect())

const startedAt = performance.now() + 20
const cpuBefore = process.cpuUsage()
const nap = new Int32Array(new SharedArrayBuffer(4))
let next = 0

function turn(): void {
  const now = performance.now()
  while (next < total && startedAt + next * msBetween <= now) {
    const line = idle.shift()
    if (line === undefined) break
    line.send(startedAt + next * msBetween, next >= firstCounted)
    next += 1
  }
  if (answered === total) {
    finish()
    return
  }
  if (now - startedAt > total * msBetween + patienceMs) fail(`${total - answered} requests have no answer`)
  const untilNext = startedAt + next * msBetween - now
  if (untilNext > 0.01) Atomics.wait(nap, 0, 0, Math.min(untilNext, longestNapMs))
  setImmediate(turn)
}

function finish(): void {
  const { user, system } = process.cpuUsage(cpuBefore)
  const result: OpenLoopResult = {
    requests: histogram.count,
    p50: histogram.percentile(0.5),
    p99: histogram.percentile(0.99),
    p999: histogram.percentile(0.999),
    generatorShare: (user + system) / 1000 / (performance.now() - startedAt),
  }
  process.stdout.write(JSON.stringify(result), () => process.exit(0))
}

turn()
