import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * A document that is made once and sent many times: its bytes, the same compressed, and the name of this version. All
 * answers share the bytes, so a client that asks a thousand times and reads nothing holds no memory but its own socket's.
 */
export type StoredDocument = {
  readonly type: string
  readonly etag: string
  readonly plain: Buffer
  readonly gzip: Buffer | undefined
  readonly brotli: Buffer | undefined
}

/** The document with what was compressed elsewhere. */
export function storedDocument(
  type: string,
  plain: Buffer,
  packed: { readonly gzip: Buffer | undefined; readonly brotli: Buffer | undefined },
): StoredDocument {
  return { type, etag: createHash('sha256').update(plain).digest('base64url').slice(0, 22), plain, ...packed }
}

/** The document, compressed now: a few hundredths of a second for half a megabyte, once. */
export function packedDocument(type: string, text: string): StoredDocument {
  const plain = Buffer.from(text)
  return storedDocument(type, plain, {
    gzip: gzipSync(plain),
    brotli: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  })
}

/** Sends the document in the best form that the client takes, or 304 when it has this one. */
export function sendStored(
  request: FastifyRequest,
  reply: FastifyReply,
  document: StoredDocument,
  cacheControl: string,
): FastifyReply {
  const accepted = acceptedEncodings(request.headers['accept-encoding'])
  const [encoding, content] =
    document.brotli && accepted.has('br')
      ? (['br', document.brotli] as const)
      : document.gzip && accepted.has('gzip')
        ? (['gzip', document.gzip] as const)
        : ([undefined, document.plain] as const)
  const etag = `"${document.etag}${encoding ? `-${encoding}` : ''}"`
  reply.header('cache-control', cacheControl).header('vary', 'accept-encoding').header('etag', etag)
  if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
  if (encoding) reply.header('content-encoding', encoding)
  return reply.type(document.type).send(content)
}

/** Names in Accept-Encoding that are not refused by a weight of zero. */
export function acceptedEncodings(header: string | string[] | undefined): ReadonlySet<string> {
  const parts = String(header ?? '').split(',')
  const wanted = parts.filter((part) => !/;\s*q=0(\.0*)?\s*$/.test(part))
  return new Set(wanted.map((part) => part.split(';', 1)[0]?.trim().toLowerCase() ?? ''))
}

function isKnown(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}
