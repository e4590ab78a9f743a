import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { RawClient } from '../strictness/raw-client.ts'
import { isInterim, type Message, readMessages, statusOf, valuesOf } from '../strictness/wire.ts'
import { nodeReadsReply, type Reference } from './node-reference.ts'
import { replyStream, requestStream, type Stream } from './streams.ts'
import { digest, type TaggingUpstream } from './tagging-upstream.ts'

/** Another parser, asked what it makes of the same bytes. */
export interface RequestReader {
  read(text: string, quietMs: number): Promise<Reference>
}

export type FuzzOptions = {
  /** The proxy, which forwards everything to the upstream. */
  readonly port: number
  readonly upstream: TaggingUpstream
  readonly seed: number
  /** The end: after so many batches of `batchSize` streams of requests and as many of replies, or after a time. */
  readonly until: { readonly batches: number } | { readonly ms: number }
  readonly concurrency: number
  /** Others to compare with, by name. */
  readonly readers: Readonly<Record<string, RequestReader>>
  /** Whether the proxy still runs. */
  isAlive(): boolean
}

/** Something that the proxy accepts and another parser refuses. */
type Finding = { count: number; readonly example: string }

export type FuzzReport = {
  streams: number
  /** Requests answered by the upstream. */
  accepted: number
  /**
   * Requests that met a connection which the upstream was closing (it says that it will, spoilt, in some replies): 502, as
   * only what is safe is sent twice. A race that HTTP/1.1 has, so a few there may be.
   */
  lost: number
  readonly findings: Map<string, Finding>
  /** Desync, hang, crash, malformed messages: each with the bytes that led to it. */
  readonly failures: string[]
}

/** What is said of a reply that is whole, and has more behind it. */
const BYTES_BEHIND = 'bytes behind a whole reply'

const UNKNOWN_METHOD = 'a method that it does not know'
const UPGRADE = 'stops at an upgrade'

/** A stream is over when nothing came for so long. */
const quietMs = 150
/** What is valid must be answered within. */
const patienceMs = 20_000
const batchSize = 256
/** Share of the requests that may be lost to connections that are just being closed. */
const maxLostShare = 0.01
/** Beyond so many failures the rest tells nothing new. */
const maxFailures = 20

/** Runs seeded streams of requests and replies through the proxy: so many batches, or until the time is over. */
export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const run = new Run(options)
  const { until } = options
  const endsAt = 'ms' in until ? performance.now() + until.ms : Number.POSITIVE_INFINITY
  const batches = 'batches' in until ? until.batches : Number.POSITIVE_INFINITY
  const isOver = () => performance.now() >= endsAt || run.report.failures.length >= maxFailures
  for (let batch = 0; batch < batches && !isOver(); batch++) {
    const parameters = { seed: options.seed + batch, numRuns: batchSize }
    const jobs = [
      ...fc.sample(requestStream, parameters).map((make) => (tag: string) => run.requests(make(tag), tag)),
      ...fc.sample(replyStream, parameters).map((make) => (tag: string) => run.reply(make(tag), tag)),
    ]
    await inParallel(jobs, options.concurrency, endsAt, (job, index) =>
      job(tagOf(options.seed, batch, index)),
    )
    await run.live()
  }
  const { lost, accepted, failures } = run.report
  if (lost > 10 + accepted * maxLostShare)
    failures.push(`${lost} of ${accepted} requests did not reach the upstream`)
  return run.report
}

/**
 * The name of a stream. Two of them differ in nearly every place, so that no spoilt one is another's.
 */
function tagOf(seed: number, batch: number, index: number): string {
  return `t${createHash('sha1').update(`${seed} ${batch} ${index}`).digest('hex').slice(0, 16)}y`
}

/** A request that the upstream has answered; both empty for one that the proxy refused for its path, or could not bring there. */
type Accepted = { readonly method: string; readonly body: string }

class Run {
  readonly report: FuzzReport = { streams: 0, accepted: 0, lost: 0, findings: new Map(), failures: [] }
  readonly #options: FuzzOptions
  readonly #active = new Set<string>()

  constructor(options: FuzzOptions) {
    this.#options = options
  }

  /** One connection's requests. */
  async requests(stream: Stream, tag: string): Promise<void> {
    const text = stream.pieces.join('')
    this.#active.add(tag)
    this.report.streams++
    const client = new RawClient(this.#options.port)
    const read = () => finals(client)
    for (const piece of stream.pieces) {
      client.write(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const isValid = stream.mutations.length === 0
    const done = await client.until(
      () => isValid && read().filter(({ complete }) => complete).length >= stream.messages,
      isValid ? patienceMs : quietMs,
    )
    const replies = read()
    client.destroy()
    this.#active.delete(tag)
    if (isValid && !done) this.#fail('a valid stream is not answered', text, client.text)
    const accepted = this.#judgeReplies(replies, tag, text)
    this.report.accepted += accepted.length
    await Promise.all(
      Object.entries(this.#options.readers).map(async ([name, reader]) => {
        let theirs = await reader.read(text, quietMs)
        // On a busy machine silence may only mean that its turn has not come.
        for (
          let tries = 0;
          tries < 2 && theirs.error === '' && theirs.accepted.length < accepted.length;
          tries++
        )
          theirs = await reader.read(text, 30 * quietMs)
        this.#compare(name, accepted, theirs, stream, text)
      }),
    )
  }

  /** One reply, then another request on the same connection. */
  async reply(stream: Stream, tag: string): Promise<void> {
    const { port, upstream } = this.#options
    const text = stream.pieces.join('')
    const ends = text.includes('Connection: close')
    this.report.streams++
    upstream.replies.set(tag, { pieces: stream.pieces, ends })
    const client = new RawClient(port)
    client.write(`GET /reply-${tag} HTTP/1.1\r\nHost: h\r\n\r\n`)
    await client.until(() => finals(client).some(({ complete }) => complete), quietMs)
    const [reply] = finals(client)
    const isOwn = reply !== undefined && statusOf(reply) === 502 && /^[a-z-]+\n$/.test(reply.body)
    const isRelayed = reply?.complete === true && !isOwn
    if (reply?.complete === true && !client.ended) await this.#follow(client, tag, text)
    client.destroy()
    upstream.replies.delete(tag)
    if (reply !== undefined) {
      for (const problem of reply.problems) this.#fail(`reply: ${problem}`, text, client.text)
      if (reply.body.includes('X-Seen')) this.#fail('a reply of another request', text, client.text)
    }
    if (!isRelayed || reply === undefined) return
    const reference = await nodeReadsReply(text, ends, 10_000)
    if (reference.error !== '') {
      const { messages, rest } = readMessages(text, { kind: 'reply', ended: ends })
      const isFollowed = rest !== '' || messages.filter((message) => !isInterim(message)).length > 1
      this.#find(`reply, node: ${isFollowed ? BYTES_BEHIND : reference.error}`, stream, text)
    } else if (reference.accepted[0] !== digest(reply.body)) {
      this.#fail('node reads another body in the reply', text, client.text)
    }
  }

  /** Someone else must still be served. */
  async live(): Promise<void> {
    const client = new RawClient(this.#options.port)
    client.write('GET /live HTTP/1.1\r\nHost: h\r\n\r\n')
    if (!(await client.until(() => finals(client).some(({ complete }) => complete), patienceMs)))
      this.#fail(this.#options.isAlive() ? 'the proxy hangs' : 'the proxy has ended', '', client.text)
    client.destroy()
    for (const problem of this.#options.upstream.problems.splice(0))
      this.report.failures.push(`the upstream received: ${problem}`)
  }

  /** The request behind a strange reply must get its own, whatever the strange one brought. */
  async #follow(client: RawClient, tag: string, text: string): Promise<void> {
    const before = finals(client).length
    client.write(`GET /${tag}-9 HTTP/1.1\r\nHost: h\r\n\r\n`)
    const done = await client.until(() => finals(client)[before]?.complete === true, patienceMs)
    const next = finals(client)[before]
    if (!done && client.ended) return
    if (next === undefined || valuesOf(next, 'x-seen')[0] !== `/${tag}-9`)
      this.#fail('the request behind the reply is not answered rightly', text, client.text)
  }

  /** What the upstream has read, in the order of the replies. */
  #judgeReplies(replies: readonly Message[], tag: string, text: string): Accepted[] {
    const accepted: Accepted[] = []
    for (const reply of replies) {
      for (const problem of reply.problems) this.#fail(`reply: ${problem}`, text, JSON.stringify(reply))
      // Refused for what it asks, not for its form: the connection goes on.
      if (statusOf(reply) === 400 && reply.body.startsWith('ambiguous path'))
        accepted.push({ method: '', body: '' })
      if (statusOf(reply) === 502 && reply.body === 'reset\n') {
        this.report.lost++
        accepted.push({ method: '', body: '' })
      }
      if (statusOf(reply) !== 200) continue
      accepted.push({
        method: valuesOf(reply, 'x-method')[0] ?? '',
        body: valuesOf(reply, 'x-body')[0] ?? '',
      })
      const seen = /t[0-9a-f]{16}y/.exec(valuesOf(reply, 'x-seen')[0] ?? '')?.[0]
      if (seen !== undefined && seen !== tag && this.#active.has(seen))
        this.#fail(`a reply of ${seen} came to ${tag}`, text, JSON.stringify(reply))
    }
    return accepted
  }

  #compare(name: string, ours: readonly Accepted[], theirs: Reference, stream: Stream, text: string): void {
    for (const [index, { method, body }] of ours.entries()) {
      const other = theirs.accepted[index]
      if (body === '') {
        // Refused here too: what they make of the rest cannot be compared.
        if (other === undefined) return
        continue
      }
      if (other === undefined) {
        this.#find(`request, ${name}: ${reasonOf(theirs.error, method, text)}`, stream, text)
        return
      }
      if (other !== '' && other !== body) {
        this.#fail(`${name} reads another body`, text, `${body} and ${other}`)
        return
      }
    }
  }

  #find(key: string, stream: Stream, text: string): void {
    const known = this.report.findings.get(key)
    if (known !== undefined) known.count++
    else
      this.report.findings.set(key, {
        count: 1,
        example: `${stream.mutations.join(' and ')}: ${JSON.stringify(text.slice(0, 600))}`,
      })
  }

  #fail(what: string, sent: string, got: string): void {
    this.report.failures.push(
      `${what}: ${JSON.stringify(sent.slice(0, 1_500))} gave ${JSON.stringify(got.slice(0, 800))}`,
    )
  }
}

/** Why the other parser stops at a request, as well as it can be told. */
function reasonOf(error: string, method: string, text: string): string {
  if (!/^(?:GET|POST|PUT|DELETE|OPTIONS|PATCH|PURGE)$/.test(method)) return UNKNOWN_METHOD
  if (error === '' && /\r\nUpgrade:/i.test(text)) return UPGRADE
  return error || 'stops without an error'
}

function finals(client: RawClient): Message[] {
  return readMessages(client.text, { kind: 'reply', ended: client.ended }).messages.filter(
    (message) => !isInterim(message),
  )
}

async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  endsAt: number,
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < items.length && performance.now() < endsAt) {
      const index = next++
      const item = items[index]
      if (item !== undefined) await work(item, index)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
}
