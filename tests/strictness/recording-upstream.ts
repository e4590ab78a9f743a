import { createServer, type Server, type Socket } from 'node:net'
import { isInterim, type Message, readMessages, valuesOf } from './wire.ts'

/** Path of the request that shows, after each case, that proxy and upstream still understand each other. */
export const sentinelPath = '/sentinel'
const sentinelReply = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsentinel'
/** The answer to every request of a case that brings no reply of its own. */
const usualReply = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

const isSentinel = (message: Message) => message.start.includes(` ${sentinelPath} `)

/** What is answered, and what becomes of the connection then. */
export type Script = { readonly reply: readonly string[]; readonly after: 'keep' | 'end' | 'reset' }

/** One connection of the proxy: all it sent since the case began. */
type Line = {
  readonly socket: Socket
  readonly number: number
  text: string
  /** Whole messages already kept, and those already answered. */
  kept: number
  answered: number
  hasContinued: boolean
  /** A reply of the case went out here. */
  tainted: boolean
}

/** An upstream that keeps every byte, and answers each request as it is told. */
export class RecordingUpstream {
  port = 0
  /** Connection numbers on which a sentinel came after the case's own reply had gone out there. */
  readonly reusedAfterReply: number[] = []
  readonly #server: Server
  readonly #lines = new Set<Line>()
  #script: Script = { reply: [usualReply], after: 'keep' }
  #onHead = false
  #count = 0
  #gone: Line[] = []
  /** Whole requests, in the order of their ends. */
  #whole: Message[] = []

  constructor() {
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket))
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve))
    const address = this.#server.address()
    this.port = typeof address === 'object' && address !== null ? address.port : port
    return this
  }

  async stop(): Promise<void> {
    for (const line of this.#lines) line.socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** Forgets what was received. With a script, replies go out as soon as a head is there. */
  begin(script?: Script): void {
    this.#script = script ?? { reply: [usualReply], after: 'keep' }
    this.#onHead = script !== undefined
    this.#gone = []
    this.#whole = []
    this.reusedAfterReply.length = 0
    for (const line of this.#lines) {
      const { rest, messages } = readMessages(line.text, { kind: 'request', ended: false })
      // Nobody will finish what the last case left unfinished.
      if (rest !== '' || messages.some(({ complete }) => !complete) || line.tainted) {
        line.socket.destroy()
        this.#lines.delete(line)
      }
      line.text = ''
      line.kept = 0
      line.answered = 0
      line.hasContinued = false
    }
  }

  /** Every request of the case, sentinels left out: the whole ones in the order of their ends, then what was begun. */
  requests(): Message[] {
    const begun = this.#recorded()
      .flatMap(({ text }) => readMessages(text, { kind: 'request', ended: false }).messages)
      .filter(({ complete }) => !complete)
    return [...this.#whole, ...begun].filter((message) => !isSentinel(message))
  }

  /** Bytes that make no whole head. */
  leftovers(): string {
    return this.#recorded()
      .map(({ text }) => readMessages(text, { kind: 'request', ended: false }).rest)
      .join('')
  }

  #recorded(): Line[] {
    return [...this.#gone, ...this.#lines]
  }

  #accept(socket: Socket): void {
    const line = {
      socket,
      number: this.#count++,
      text: '',
      kept: 0,
      answered: 0,
      hasContinued: false,
      tainted: false,
    }
    this.#lines.add(line)
    socket.on('data', (bytes) => {
      line.text += bytes.toString('latin1')
      this.#answer(line)
    })
    socket.on('end', () => socket.end())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (this.#lines.delete(line)) this.#gone.push(line)
    })
  }

  #answer(line: Line): void {
    const { messages } = readMessages(line.text, { kind: 'request', ended: false })
    const whole = messages.filter(({ complete }) => complete)
    this.#whole.push(...whole.slice(line.kept))
    line.kept = whole.length
    this.#continue(line, messages.at(-1))
    const ready = messages.filter((message) => (message.complete || this.#onHead) && !isInterim(message))
    for (const message of ready.slice(line.answered)) {
      line.answered++
      if (isSentinel(message)) {
        if (line.tainted) this.reusedAfterReply.push(line.number)
        line.socket.write(sentinelReply, 'latin1')
      } else {
        void this.#play(line)
      }
    }
  }

  /** A proxy may leave the 100 that its client waits for to us. */
  #continue(line: Line, last: Message | undefined): void {
    if (last === undefined || last.complete || line.hasContinued || this.#onHead) return
    if (!valuesOf(last, 'expect').some((value) => value.toLowerCase() === '100-continue')) return
    line.hasContinued = true
    line.socket.write('HTTP/1.1 100 Continue\r\n\r\n', 'latin1')
  }

  async #play(line: Line): Promise<void> {
    const { reply, after } = this.#script
    if (this.#onHead) line.tainted = true
    for (const [index, piece] of reply.entries()) {
      if (index > 0) await pause()
      line.socket.write(piece, 'latin1')
    }
    if (after === 'keep') return
    // What was written must arrive before the end does.
    await pause()
    if (after === 'end') line.socket.end()
    else line.socket.resetAndDestroy()
  }
}

/** Long enough for two writes to be two reads. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 15))
}
