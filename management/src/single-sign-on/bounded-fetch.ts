import { type LookupAddress, lookup } from 'node:dns'
import { request as plainRequest } from 'node:http'
import { request as securedRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { isLoopback } from '@tollgate/model/people/identity-provider'

/** Longest answer of an identity provider, bytes: documents, keys and tokens are far smaller. */
const maxAnswerBytes = 512 * 1024
/** Longest wait for a whole answer, milliseconds. */
const timeoutMs = 10_000

type Init = {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

/**
 * Fetches from an identity provider: HTTPS, or HTTP on this machine; bounded in size and time; no redirect is followed;
 * no link-local address is reached, where clouds keep the credentials of machines.
 */
export function boundedFetch(address: string, init: Init): Promise<Response> {
  const url = new URL(address)
  const isPlain = url.protocol === 'http:'
  if (!isPlain && url.protocol !== 'https:') return Promise.reject(new TypeError(`not HTTP: ${url.protocol}`))
  if (isPlain && !isLoopback(url.hostname)) {
    return Promise.reject(new TypeError('plain HTTP reaches this machine only'))
  }
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && isBlocked(literal)) return Promise.reject(blocked(literal))
  const body = bodyOf(init.body)
  return new Promise((resolve, reject) => {
    const call = (isPlain ? plainRequest : securedRequest)(url, {
      method: init.method,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      lookup: lookupAllowed,
      headers: {
        ...init.headers,
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
      },
    })
    call.on('error', reject)
    call.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > maxAnswerBytes) call.destroy(new RangeError(`more than ${maxAnswerBytes} bytes`))
        else chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status = 502, headers } = response
        const type = headers['content-type']
        const isEmpty = status === 204 || status === 205 || status === 304
        const content = isEmpty ? null : Buffer.concat(chunks)
        const challenge = headers['www-authenticate']
        resolve(
          new Response(content, {
            status,
            headers: {
              ...(type !== undefined && { 'content-type': type }),
              ...(challenge !== undefined && { 'www-authenticate': challenge }),
            },
          }),
        )
      })
    })
    call.end(body)
  })
}

function bodyOf(body: unknown): string | undefined {
  if (body === undefined || body === null) return undefined
  if (typeof body === 'string' || body instanceof URLSearchParams) return body.toString()
  throw new TypeError('a body that is neither text nor a form')
}

const blockedAddresses = new BlockList()
blockedAddresses.addSubnet('169.254.0.0', 16, 'ipv4')
blockedAddresses.addSubnet('0.0.0.0', 8, 'ipv4')
blockedAddresses.addSubnet('224.0.0.0', 3, 'ipv4')
blockedAddresses.addSubnet('fe80::', 10, 'ipv6')
blockedAddresses.addSubnet('ff00::', 8, 'ipv6')
blockedAddresses.addSubnet('fd00:ec2::', 32, 'ipv6')
blockedAddresses.addAddress('::', 'ipv6')

/** Whether an address, also one of IPv4 written as IPv6, is none that an identity provider has. */
function isBlocked(address: string): boolean {
  return blockedAddresses.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

function blocked(address: string): Error {
  return new TypeError(`${address} is no address of an identity provider`)
}

/** Resolves a name, and refuses it when one of its addresses is blocked. */
const lookupAllowed: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const bad = addresses?.find(({ address }) => isBlocked(address))
    const [first] = addresses ?? []
    if (error !== null) callback(error, '', 0)
    else if (bad !== undefined) callback(blocked(bad.address), '', 0)
    else if (options.all) callback(null, addresses)
    else callback(null, first?.address ?? '', first?.family)
  })
}
