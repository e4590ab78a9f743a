import { globSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type StoredDocument, sendStored, storedDocument } from './stored-document.ts'

/** The web dashboard as this program has it. */
export type DashboardState =
  | { readonly kind: 'building' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'ready'; readonly files: DashboardFiles }

/** A file as it is sent, compressed when the dashboard was built. */
type DashboardFile = {
  readonly document: StoredDocument
  /** Its name holds a hash of its content. */
  readonly isForever: boolean
}

/** The files of the built dashboard by the path they are asked for under. */
export type DashboardFiles = ReadonlyMap<string, DashboardFile>

/** The dashboard is a few MB; more than this is no dashboard. */
const maxBytes = 64 * 1024 * 1024

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/**
 * What the pages may load and run: files of this server alone. Styles are also set by script (Mantine, CodeMirror),
 * which a hash or nonce cannot cover.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const

/**
 * Reads a built dashboard into memory: what is asked for is then looked up, and no path of a request ever reaches the
 * file system. Throws when there is none, or when it is too large to be one.
 */
export function readDashboardFiles(folder: string): DashboardFiles {
  const names = globSync('**/*.*', { cwd: folder }).map((name) => name.replaceAll('\\', '/'))
  const known = new Set(names)
  const files = new Map<string, DashboardFile>()
  let bytes = 0
  const read = (name: string) => {
    const content = readFileSync(join(folder, name))
    bytes += content.length
    if (bytes > maxBytes) throw new Error(`the dashboard in ${folder} is larger than ${maxBytes} bytes`)
    return content
  }
  for (const name of names) {
    const type = types[extname(name)]
    if (type === undefined) continue
    const plain = read(name)
    files.set(`/${name}`, {
      document: storedDocument(type, plain, {
        gzip: known.has(`${name}.gz`) ? read(`${name}.gz`) : undefined,
        brotli: known.has(`${name}.br`) ? read(`${name}.br`) : undefined,
      }),
      isForever: name.startsWith('assets/'),
    })
  }
  if (!files.has(indexPath)) throw new Error(`there is no dashboard in ${folder}`)
  return files
}

const indexPath = '/index.html'

/**
 * Serves the dashboard beside the API: its files, and its one page under every other path that a browser navigates to.
 * What the API owns stays the API's.
 * @param apiPaths the paths of the API's routes; whatever lies under their first parts is not the dashboard's
 */
export function serveDashboard(
  app: FastifyInstance,
  state: () => DashboardState,
  apiPaths: readonly string[],
): void {
  const owned = new Set([...apiPaths.map(firstPart), ...neverPages])
  app.get('/*', (request, reply) => {
    const path = pathOf(request.url)
    const now = state()
    const file = now.kind === 'ready' ? now.files.get(path) : undefined
    if (now.kind === 'ready' && file !== undefined) return sendFile(request, reply, file)
    if (owned.has(firstPart(path)) || !(path === '/' || wantsPage(request))) {
      reply.callNotFound()
      return reply
    }
    if (now.kind !== 'ready') return sendNotice(reply, now.kind)
    const index = now.files.get(indexPath)
    if (index === undefined) throw new Error('a dashboard without its page was read')
    return sendFile(request, reply, index)
  })
}

/** First parts of paths that no page has: files that are not there, and the API's own whether it has routes or not. */
const neverPages = ['api', 'admin', 'assets', 'docs', 'tyk', '.well-known']

function sendFile(request: FastifyRequest, reply: FastifyReply, file: DashboardFile): FastifyReply {
  const cacheControl = file.isForever ? 'public, max-age=31536000, immutable' : 'no-cache'
  return sendStored(request, reply.headers(headers), file.document, cacheControl)
}

/** While there is no dashboard: the page says so, and looks again by itself while one is being built. */
function sendNotice(reply: FastifyReply, kind: 'building' | 'failed'): FastifyReply {
  const isBuilding = kind === 'building'
  const [title, text] = isBuilding
    ? [
        'The dashboard is being built',
        'This takes some seconds, once after each update. The page comes by itself.',
      ]
    : [
        'The dashboard could not be built',
        'The log of the server says why. The REST API and the gateway are running.',
      ]
  return reply
    .code(503)
    .headers(headers)
    .header('retry-after', '2')
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>${isBuilding ? '<meta http-equiv="refresh" content="1">' : ''}<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width"><style>${noticeStyle}</style></head><body><main><h1>${title}</h1><p>${text}</p><p><a href="/docs">REST API reference</a></p></main></body></html>`,
    )
}

const noticeStyle =
  ':root{color-scheme:light dark}body{font-family:system-ui,sans-serif;display:grid;place-items:center;min-height:90vh;margin:0}main{max-width:26rem;padding:1.5rem}h1{font-size:1.3rem}p{line-height:1.5}'

/** A browser that goes somewhere says so; a client that mistypes a path of the API gets the API's answer. */
function wantsPage(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('text/html')
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/)
  return end === -1 ? url : url.slice(0, end)
}

/** Of `//api/x` as of `/api/x` this is `api`: the router sees both alike. */
function firstPart(path: string): string {
  return path.split('/').find((part) => part !== '') ?? ''
}
