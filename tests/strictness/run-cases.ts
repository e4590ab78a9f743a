import type { Accepted, Refused, ReplyCase, RequestCase, SeenRequest } from './case.ts'
import { RawClient } from './raw-client.ts'
import { pause, type RecordingUpstream, sentinelPath } from './recording-upstream.ts'
import { isInterim, type Message, type Reading, readMessages, statusOf, valuesOf } from './wire.ts'

/** A proxy under test, and the upstream it was told to use. */
export type Target = {
  readonly port: number
  readonly upstream: RecordingUpstream
  /** Whether statuses and untouched upstreams must be exactly those of the case, or only safe ones. */
  readonly exact: boolean
  /** A wait is over after so long without a byte, milliseconds. */
  readonly quietMs: number
}

/** What came of a case; no complaint = passed. */
export type Outcome = {
  readonly name: string
  readonly group: string
  readonly basis: string
  readonly complaints: readonly string[]
  /** What the proxy did, in a few words. */
  readonly did: string
}

const sentinel = `GET ${sentinelPath} HTTP/1.1\r\nHost: h\r\n\r\n`

/** Runs one request case: writes its bytes, and judges what client and upstream got. */
export async function runRequestCase(target: Target, of: RequestCase): Promise<Outcome> {
  const { upstream } = target
  upstream.begin()
  const client = new RawClient(target.port)
  const methods = methodsOf(of.send.join(''))
  const read = () => finals(readMessages(client.text, { kind: 'reply', methods, ended: client.ended }))
  for (const [index, piece] of of.send.entries()) {
    if (index > 0) await pause()
    client.write(piece)
  }
  if (of.ends) client.socket.end()
  const complaints: string[] = []
  if (of.expect.verdict === 'refuse') {
    const { before = [], mayStay = false } = of.expect
    await client.until(() => mayStay && read().length > before.length, target.quietMs)
    judgeRefusal(target, of.expect, of.ends === true, client, read(), complaints)
  } else {
    const { requests, closes = false } = of.expect
    const wanted = requests.length
    await client.until(() => read().length >= wanted && !closes, target.quietMs)
    judgeAnswers(of.expect, client, read(), complaints)
    if (!closes && complaints.length === 0) await staysInStep(client, methods, wanted, target, complaints)
  }
  const did = describe(client, read())
  await liveness(target, complaints)
  judgeUpstream(target, of.expect, complaints)
  client.destroy()
  return { name: of.name, group: of.group, basis: of.basis, complaints, did: `${did}${reached(upstream)}` }
}

function judgeRefusal(
  target: Target,
  expect: Refused,
  clientEnded: boolean,
  client: RawClient,
  replies: readonly Message[],
  complaints: string[],
): void {
  const before = expect.before?.length ?? 0
  const statuses = replies.map(statusOf)
  const own = statuses.slice(before)
  if (own.length === 0 && !client.ended) complaints.push('no answer')
  if (statuses.slice(0, before).some((status) => status !== 200)) complaints.push('an earlier request failed')
  if (own.some((status) => status < 400)) complaints.push(`answered ${own.join()}`)
  if (!client.ended && !expect.mayStay) complaints.push('the connection stays open')
  if (own.length > 1) complaints.push('more than one refusal')
  if (!target.exact) return
  const isAllowed = own.length === 0 ? expect.statuses.length === 0 : expect.statuses.includes(own[0] ?? 0)
  if (!isAllowed && !(clientEnded && own.length === 0))
    complaints.push(`answered ${own.join()} instead of ${expect.statuses.join(' or ')}`)
}

function judgeAnswers(
  expect: Accepted,
  client: RawClient,
  replies: readonly Message[],
  complaints: string[],
): void {
  const statuses = replies.map(statusOf)
  if (statuses.length !== expect.requests.length || statuses.some((status) => status !== 200))
    complaints.push(`answered ${statuses.join() || 'nothing'}`)
  for (const reply of replies) complaints.push(...reply.problems.map((problem) => `reply: ${problem}`))
  if (expect.closes && !client.ended) complaints.push('the connection stays open')
  for (const status of expect.interim ?? [])
    if (!client.text.includes(`HTTP/1.1 ${status} `)) complaints.push(`no ${status}`)
}

/** The same connection must serve one more request, and nothing else may come with its answer. */
async function staysInStep(
  client: RawClient,
  methods: string[],
  wanted: number,
  target: Target,
  complaints: string[],
): Promise<void> {
  methods.push('GET')
  client.write(sentinel)
  const read = () => finals(readMessages(client.text, { kind: 'reply', methods, ended: client.ended }))
  await client.until(() => read().length > wanted, target.quietMs)
  const last = read()[wanted]
  if (last?.body !== 'sentinel') complaints.push('the next request on the connection is not answered rightly')
}

/** The proxy must go on serving others; when it has answered, what it sent before has arrived too. */
async function liveness(target: Target, complaints: string[]): Promise<void> {
  const client = new RawClient(target.port)
  client.write(sentinel)
  const read = () => readMessages(client.text, { kind: 'reply', ended: client.ended }).messages
  await client.until(() => read().some(({ complete }) => complete), Math.max(target.quietMs, 2_000))
  const [reply] = read()
  if (reply?.body !== 'sentinel') complaints.push('another client is not answered rightly')
  client.destroy()
}

function judgeUpstream(target: Target, expect: Refused | Accepted, complaints: string[]): void {
  const seen = target.upstream.requests()
  const whole = seen.filter(({ complete }) => complete)
  const wanted = expect.verdict === 'refuse' ? (expect.before ?? []) : expect.requests
  if (whole.length !== wanted.length)
    complaints.push(`the upstream received ${whole.map(({ start }) => start).join(' | ') || 'nothing'}`)
  const partial = seen.length > whole.length || target.upstream.leftovers() !== ''
  if (partial && !(expect.verdict === 'refuse' && (expect.mayBegin || !target.exact)))
    complaints.push('the upstream received part of a request')
  for (const [index, request] of wanted.entries()) {
    const message = whole[index]
    if (message !== undefined) complaints.push(...differences(message, request))
  }
}

function differences(message: Message, wanted: SeenRequest): string[] {
  const found = message.problems.map((problem) => `upstream: ${problem}`)
  const [method, target] = message.start.split(' ')
  if (wanted.method !== undefined && method !== wanted.method) found.push(`method ${method}`)
  if (wanted.target !== undefined && target !== wanted.target) found.push(`target ${target}`)
  if (wanted.body !== undefined && message.body !== wanted.body)
    found.push(`body ${JSON.stringify(message.body)}`)
  for (const [name, value] of Object.entries(wanted.has ?? {})) {
    const values = valuesOf(message, name)
    if (values.length !== 1 || values[0] !== value) found.push(`${name}: ${values.join(' | ') || 'missing'}`)
  }
  for (const name of wanted.lacks ?? [])
    if (valuesOf(message, name).length > 0) found.push(`${name} is there`)
  if (wanted.trailers !== undefined) {
    const trailers = message.trailers.map(([name, value]) => `${name}: ${value}`)
    if (trailers.join() !== wanted.trailers.join()) found.push(`trailers ${trailers.join() || 'missing'}`)
  }
  return found
}

/** Runs one reply case: a plain request, the reply of the case, and judges what the client got. */
export async function runReplyCase(target: Target, of: ReplyCase): Promise<Outcome> {
  const { upstream } = target
  upstream.begin({ reply: of.reply, after: of.after })
  const { method = 'GET', version = '1.1', headers = '', body = '' } = of.request ?? {}
  const client = new RawClient(target.port)
  const read = () =>
    finals(readMessages(client.text, { kind: 'reply', methods: [method], ended: client.ended }))
  client.write(`${method} /case HTTP/${version}\r\nHost: h\r\n${headers}\r\n${body}`)
  await client.until(
    () => read().some(({ complete }) => complete) && of.expect.verdict !== 'cut',
    target.quietMs,
  )
  // Whatever else the proxy has to say about this reply must be seen too.
  await pause()
  const complaints: string[] = []
  judgeReply(target, of, client, read(), complaints)
  const did = describe(client, read())
  await liveness(target, complaints)
  if (of.taints && upstream.reusedAfterReply.length > 0) complaints.push('the connection is used again')
  client.destroy()
  return { name: of.name, group: of.group, basis: of.basis, complaints, did }
}

function judgeReply(
  target: Target,
  { expect }: ReplyCase,
  client: RawClient,
  replies: readonly Message[],
  complaints: string[],
): void {
  const [reply] = replies
  const status = reply === undefined ? 0 : statusOf(reply)
  const isGatewayError = status >= 500 && reply?.complete === true && !reply.body.includes('SMUGGLED')
  if (replies.length > 1) complaints.push('more than one reply')
  if (expect.verdict === 'bad-gateway') {
    // Who has not sent a byte of the reply may also just close.
    if (!isGatewayError && !(client.text === '' && client.ended && !target.exact))
      complaints.push(`the client got ${status || 'nothing'}`)
  } else if (expect.verdict === 'cut') {
    const isNoticeable = client.ended && (client.wasReset || reply === undefined || !reply.complete)
    if (!isNoticeable && !isGatewayError) complaints.push('the client cannot tell that the end is missing')
  } else if (reply === undefined || !reply.complete) {
    complaints.push('no whole reply')
  } else {
    if (status !== expect.status) complaints.push(`status ${status}`)
    complaints.push(...reply.problems, ...differences(reply, { ...expect, method: undefined }))
    for (const wanted of expect.interim ?? [])
      if (!client.text.includes(`HTTP/1.1 ${wanted} `)) complaints.push(`no ${wanted}`)
  }
}

function finals({ messages }: Reading): Message[] {
  return messages.filter((message) => !isInterim(message))
}

/** Methods of the requests in the bytes, as well as they can be told: only HEAD matters. */
function methodsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|\r\n\r\n)([A-Za-z]+) /g)].map(([, method = '']) => method)
}

function describe(client: RawClient, replies: readonly Message[]): string {
  const statuses = replies.map(
    (reply) => `${statusOf(reply) || 'no HTTP'}${reply.complete ? '' : ' (unfinished)'}`,
  )
  const end = client.wasReset ? 'reset' : client.ended ? 'closed' : 'open'
  return `${statuses.join(', ') || 'no answer'}; ${end}`
}

function reached(upstream: RecordingUpstream): string {
  const requests = upstream.requests()
  return requests.length === 0
    ? ''
    : `; upstream got ${requests.map(({ start }) => start.slice(0, 60)).join(' | ')}`
}
