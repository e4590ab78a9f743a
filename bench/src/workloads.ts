/** One kind of request, and what the upstream answers to it. */
export type Workload = {
  readonly name: string
  readonly what: string
  readonly path: string
  readonly headers: readonly string[]
  /** Sent by POST. */
  readonly body?: string
  /** Bytes of the upstream's reply body. */
  readonly replyBytes: number
  /** 429 is an answer, too. */
  readonly mayRefuse: boolean
  /** The key's rate is small: nearly all is refused. */
  readonly limited?: boolean
  /** Connections that are open meanwhile and say nothing. */
  readonly idleConnections?: number
}

/** Bytes of the small reply. */
export const smallReplyBytes = 110
export const kibibyte = 1024
export const bigReplyBytes = 100 * kibibyte

const manyHeaders = Array.from(
  { length: 28 },
  (_, index) => `X-Client-Header-${index + 1}: value-${index + 1}-of-some-length`,
)

function workload(parts: Partial<Workload> & Pick<Workload, 'name' | 'what'>): Workload {
  return { path: '/bench/1k', headers: [], replyBytes: kibibyte, mayRefuse: false, ...parts }
}

/** The plain request by which contenders are compared. */
export const plain: Workload = workload({
  name: 'W0',
  what: 'GET, ~110 B reply',
  path: '/bench/small',
  replyBytes: smallReplyBytes,
})

/** The big reply, by which throughput is compared. */
export const bigReply: Workload = workload({
  name: 'W4',
  what: 'GET, 100 KiB reply',
  path: '/bench/100k',
  replyBytes: bigReplyBytes,
})

/** Those of the table by workload. */
export const workloads: readonly Workload[] = [
  workload({ name: 'W1', what: 'GET, 1 KiB reply, 8 headers' }),
  workload({ name: 'W2', what: 'POST of 1 KiB', body: 'x'.repeat(kibibyte) }),
  workload({ name: 'W3', what: 'GET with 30 headers', headers: manyHeaders }),
  bigReply,
  workload({ name: 'W5', what: 'no client keep-alive', headers: ['Connection: close'] }),
  workload({ name: 'W6', what: '10,000 idle and 64 active connections', idleConnections: 10_000 }),
  workload({ name: 'W7', what: '1 % of the replies take 1 s', path: '/bench/slow' }),
  workload({ name: 'W8', what: 'nearly all refused with 429', mayRefuse: true, limited: true }),
]
