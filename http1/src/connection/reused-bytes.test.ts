import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import type { RawPeer } from '../testing/raw-peer.ts'
import { rig } from '../testing/relay.ts'

/** Of each line of a body: whose it is and where it stands, so that bytes of another place cannot pass for its own. */
const LINE = 32
const KIB = 1_024

function bodyOf(name: string, length: number): Buffer {
  const lines: string[] = []
  for (let at = 0; at < length; at += LINE)
    lines.push(`${name}:${at}`.padEnd(LINE - 2, name.at(-1)).concat('\r\n'))
  return Buffer.from(lines.join('').slice(0, length), 'latin1')
}

/** Answers `GET /<name>/<length>`, in chunks when the name begins with c. */
function upstream(peer: RawPeer): void {
  let seen = 0
  peer.socket.on('error', () => peer.socket.destroy())
  peer.socket.on('data', () => {
    for (const [line, name = '', length = ''] of peer.text
      .slice(seen)
      .matchAll(/GET \/(\w+)\/(\d+) .*\r\n/g)) {
      seen = peer.text.indexOf(line, seen) + line.length
      const body = bodyOf(name, Number(length))
      if (!name.startsWith('c')) {
        peer.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`)
        peer.socket.write(body)
        continue
      }
      peer.socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      for (let at = 0; at < body.length; at += 50_000) {
        const piece = body.subarray(at, at + 50_000)
        peer.socket.write(`${piece.length.toString(16)}\r\n`)
        peer.socket.write(piece)
        peer.socket.write('\r\n')
      }
      peer.socket.write('0\r\n\r\n')
    }
  })
}

const request = (name: string, length: number) => `GET /${name}/${length} HTTP/1.1\r\nHost: h\r\n\r\n`

/** Takes the bodies of one connection out of their replies. */
class Taker {
  readonly socket: Socket
  received = Buffer.alloc(0)
  readonly #pieces: Buffer[] = []
  #length = 0
  readonly #waiting: (() => void)[] = []

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    this.socket.on('data', (piece: Buffer) => {
      this.#pieces.push(piece)
      this.#length += piece.length
      for (const wake of this.#waiting.splice(0)) wake()
    })
    this.socket.on('error', () => this.socket.destroy())
    this.socket.on('close', () => {
      for (const wake of this.#waiting.splice(0)) wake()
    })
  }

  async next(length: number): Promise<string> {
    for (;;) {
      const bytes = Buffer.concat(this.#pieces)
      const body = bodyIn(bytes, length)
      if (body !== undefined) {
        this.#pieces.splice(0, this.#pieces.length, body.rest)
        this.#length = body.rest.length
        return body.data.toString('latin1')
      }
      assert.ok(!this.socket.destroyed, 'closed before its end')
      const had = this.#length
      // Not after every piece: the whole is looked at.
      while (this.#length < had + length / 8 && !this.socket.destroyed) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve))
        if (this.#length >= length) break
      }
    }
  }
}

/** The first reply's body, when it is whole, and what follows it. */
function bodyIn(bytes: Buffer, length: number): { data: Buffer; rest: Buffer } | undefined {
  const head = bytes.indexOf('\r\n\r\n')
  if (head < 0) return undefined
  let at = head + 4
  if (!bytes.toString('latin1', 0, at).includes('chunked')) {
    const whole = bytes.length >= at + length
    return whole ? { data: bytes.subarray(at, at + length), rest: bytes.subarray(at + length) } : undefined
  }
  const chunks: Buffer[] = []
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd < 0) return undefined
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16)
    at = lineEnd + 2 + size + 2
    if (bytes.length < at) return undefined
    if (size === 0) return { data: Buffer.concat(chunks), rest: bytes.subarray(at) }
    chunks.push(bytes.subarray(lineEnd + 2, at - 2))
  }
}

function assertSame(data: string, name: string, length: number): void {
  const expected = bodyOf(name, length).toString('latin1')
  if (data === expected) return
  let at = 0
  while (data[at] === expected[at]) at++
  assert.fail(`${name}: at ${at} of ${length}: ${JSON.stringify(data.slice(at, at + 64))}`)
}

test('no byte of a message is used again while its write waits: slow, quick, pipelining and leaving readers at once', async (t) => {
  // However long a busy machine takes: the slow ones are not to be cut off.
  const { port } = await rig(t, upstream, { server: { bodyProgressMs: 600_000 } })
  const handlers: Taker[] = []
  const taker = () => {
    const made = new Taker(port)
    handlers.push(made)
    return made
  }
  t.after(() => {
    for (const { socket } of handlers) socket.destroy()
  })

  // Their sockets fill up, and writes wait in the gate.
  const slowBytes = 12_000 * KIB
  const slow = ['aslow', 'cslow', 'bslow', 'cslack'].map((name) => ({ name, taker: taker() }))
  for (const { name, taker: reader } of slow) {
    reader.socket.pause()
    reader.socket.write(request(name, slowBytes))
  }
  // Meanwhile others have their messages written at once, and some leave in the middle of one.
  const quick = Array.from({ length: 6 }, async (_, number) => {
    const reader = taker()
    for (let round = 0; round < 25; round++) {
      const name = `${round % 2 === 0 ? 'c' : 'q'}quick${number}x${round}`
      const length = (40 + ((number * 31 + round * 17) % 160)) * KIB + round
      reader.socket.write(request(name, length))
      assertSame(await reader.next(length), name, length)
    }
  })
  const pipelining = Array.from({ length: 3 }, async (_, number) => {
    const reader = taker()
    const names = Array.from(
      { length: 12 },
      (__, place) => `${place % 2 === 0 ? 'p' : 'c'}line${number}x${place}`,
    )
    reader.socket.write(names.map((name) => request(name, 90 * KIB)).join(''))
    for (const name of names) assertSame(await reader.next(90 * KIB), name, 90 * KIB)
  })
  const leaving = Array.from({ length: 12 }, async (_, number) => {
    const reader = taker()
    reader.socket.once('data', () => {
      reader.socket.pause()
      if (number % 2 === 0) reader.socket.resetAndDestroy()
      else setImmediate(() => reader.socket.destroy())
    })
    reader.socket.write(request(`left${number}`, 8_000 * KIB))
    await new Promise((resolve) => reader.socket.once('close', resolve))
  })
  await Promise.all([...quick, ...pipelining, ...leaving])
  for (const { socket } of slow.map(({ taker: reader }) => reader)) socket.resume()
  await Promise.all(
    slow.map(async ({ name, taker: reader }) => assertSame(await reader.next(slowBytes), name, slowBytes)),
  )
})
