/**
 * The host name that a TLS client says it wants (SNI), read from its first message before the handshake begins: whether
 * clients are asked for a certificate depends on it, and has to be known then. Whoever this reads as another name than TLS
 * does is asked for nothing, and admitted to nothing.
 */

/** What the first bytes of a connection say. `serverName` undefined: no host, or no TLS, which the handshake will find. */
export type ClientHello = { readonly serverName: string | undefined }

/** The largest first message that is looked through, bytes; today's, with keys against quantum computers, have 2,000. */
export const MAX_HELLO_BYTES = 16_384

const NO_NAME: ClientHello = { serverName: undefined }

const RECORD_HEADER_BYTES = 5
const MESSAGE_HEADER_BYTES = 4
const HANDSHAKE_RECORD = 22
const CLIENT_HELLO = 1
const MAX_RECORD_BYTES = 16_384

/**
 * Reads the records that hold the message, one or several (RFC 8446, 5.1 and 4.1.2). Never throws.
 * @returns a number when not all of it is here: look again when there are so many bytes
 */
export function readClientHello(bytes: Buffer): ClientHello | number {
  const pieces: Buffer[] = []
  let have = 0
  let wanted = MESSAGE_HEADER_BYTES
  for (let at = 0; have < wanted; ) {
    const body = at + RECORD_HEADER_BYTES
    if (bytes.length < body) return body
    const length = bytes.readUInt16BE(at + 3)
    if (bytes[at] !== HANDSHAKE_RECORD || length === 0 || length > MAX_RECORD_BYTES) return NO_NAME
    if (body > MAX_HELLO_BYTES) return NO_NAME
    if (bytes.length < body + length) return Math.min(body + length, MAX_HELLO_BYTES)
    pieces.push(bytes.subarray(body, body + length))
    have += length
    at = body + length
    if (wanted > MESSAGE_HEADER_BYTES || have < MESSAGE_HEADER_BYTES) continue
    const start = pieces.length === 1 ? (pieces[0] ?? bytes) : Buffer.concat(pieces)
    if (start[0] !== CLIENT_HELLO) return NO_NAME
    wanted = MESSAGE_HEADER_BYTES + start.readUIntBE(1, 3)
    if (wanted > MAX_HELLO_BYTES) return NO_NAME
  }
  const message = pieces.length === 1 ? (pieces[0] ?? bytes) : Buffer.concat(pieces)
  return { serverName: serverNameOf(message.subarray(MESSAGE_HEADER_BYTES, wanted)) }
}

const VERSION_AND_RANDOM_BYTES = 34
const SERVER_NAME = 0
const HOST_NAME = 0

/** @param hello the message without its header */
function serverNameOf(hello: Buffer): string | undefined {
  const fields = new Fields(hello)
  fields.skip(VERSION_AND_RANDOM_BYTES)
  fields.take(1) // session id
  fields.take(2) // cipher suites
  fields.take(1) // compression
  const extensions = new Fields(fields.take(2))
  while (extensions.left > 0) {
    const type = extensions.number(2)
    const content = extensions.take(2)
    if (type !== SERVER_NAME) continue
    const list = new Fields(new Fields(content).take(2))
    const isHost = list.number(1) === HOST_NAME
    const name = list.take(2).toString('latin1')
    // More than one name is none that could be relied on (RFC 6066, 3).
    return isHost && list.left === 0 && list.isWhole && name !== '' ? name : undefined
  }
  return undefined
}

/** Reads one after the other; behind the end there are only zeros and empty fields. */
class Fields {
  readonly #bytes: Buffer
  #at = 0
  isWhole = true

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  skip(length: number): void {
    this.#advance(length)
  }

  number(size: 1 | 2): number {
    const from = this.#advance(size)
    return from < 0 ? 0 : this.#bytes.readUIntBE(from, size)
  }

  /** What follows its own length. */
  take(lengthSize: 1 | 2): Buffer {
    const length = this.number(lengthSize)
    const from = this.#advance(length)
    return from < 0 ? Buffer.alloc(0) : this.#bytes.subarray(from, from + length)
  }

  /** Where what was read begins; -1 when there is less. */
  #advance(length: number): number {
    const from = this.#at
    if (this.left < length) {
      this.#at = this.#bytes.length
      this.isWhole = false
      return -1
    }
    this.#at += length
    return from
  }
}
