import {
  argon2,
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import { StoreBusyError } from './drivers/errors.ts'

/** argon2id as OWASP advises it: 19 MiB, two passes, one lane. */
const MEMORY_KIB = 19_456
const PASSES = 2
const PARALLELISM = 1
const TAG_BYTES = 32
const SALT_BYTES = 16
/** Passwords computed at a time (19 MiB and a core each), and how many more may wait. */
const MAX_RUNNING = 2
const MAX_WAITING = 256
/** What a stored hash may ask for at most, so that a forged one cannot take the machine down. */
const MAX_MEMORY_KIB = 1_048_576
const MAX_PASSES = 10
const MAX_PARALLELISM = 16

const SEAL_VERSION = 'v1'
const SEAL_IV_BYTES = 12
const SEAL_TAG_BYTES = 16

/** Hex HMAC-SHA-256 of a secret under the instance's pepper: the only form in which key secrets are kept. */
export function secretHash(pepper: string, secret: string): string {
  return createHmac('sha256', pepper).update(secret).digest('hex')
}

/** Seals a text (AES-256-GCM under a key derived from the pepper) for secrets that must be shown again. */
export function seal(pepper: string, text: string): string {
  const iv = randomBytes(SEAL_IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', sealKey(pepper), iv)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return `${SEAL_VERSION}.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`
}

/** Opens what `seal` sealed. Throws when the text was altered or sealed under another pepper. */
export function unseal(pepper: string, sealed: string): string {
  const [version, body] = sealed.split('.')
  if (version !== SEAL_VERSION || body === undefined) throw new TypeError('not a sealed text')
  const bytes = Buffer.from(body, 'base64url')
  if (bytes.length < SEAL_IV_BYTES + SEAL_TAG_BYTES) throw new TypeError('not a sealed text')
  const decipher = createDecipheriv('aes-256-gcm', sealKey(pepper), bytes.subarray(0, SEAL_IV_BYTES), {
    authTagLength: SEAL_TAG_BYTES,
  })
  decipher.setAuthTag(bytes.subarray(SEAL_IV_BYTES, SEAL_IV_BYTES + SEAL_TAG_BYTES))
  const text = Buffer.concat([
    decipher.update(bytes.subarray(SEAL_IV_BYTES + SEAL_TAG_BYTES)),
    decipher.final(),
  ])
  return text.toString('utf8')
}

/**
 * argon2id hash of a password in PHC form. Throws StoreBusyError when too many are waiting. Do not call it inside
 * `write`: it takes tens of milliseconds, while every other write waits.
 */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const cost = { memory: MEMORY_KIB, passes: PASSES, parallelism: PARALLELISM }
  const tag = await tagOf(password, { ...cost, salt, tagBytes: TAG_BYTES })
  return `$argon2id$v=19$m=${MEMORY_KIB},t=${PASSES},p=${PARALLELISM}$${unpadded(salt)}$${unpadded(tag)}`
}

/**
 * Whether the password is the one of the hash. An empty or unreadable hash takes as long as a real one and is never
 * matched, so that time does not tell which users exist.
 */
export async function verifyPassword(password: string, phc: string): Promise<boolean> {
  const stored = parsePhc(phc)
  const expected = stored ?? DUMMY
  const tag = await tagOf(password, expected)
  return timingSafeEqual(tag, expected.tag) && stored !== undefined
}

type Argon2Cost = {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly tagBytes: number
}
type StoredPassword = Argon2Cost & { readonly tag: Buffer }

const DUMMY: StoredPassword = {
  memory: MEMORY_KIB,
  passes: PASSES,
  parallelism: PARALLELISM,
  salt: Buffer.alloc(SALT_BYTES),
  tagBytes: TAG_BYTES,
  tag: Buffer.alloc(TAG_BYTES),
}

function parsePhc(phc: string): StoredPassword | undefined {
  const match = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc)
  if (match === null) return undefined
  const [memory, passes, parallelism] = match.slice(1, 4).map(Number)
  const salt = Buffer.from(match[4] ?? '', 'base64')
  const tag = Buffer.from(match[5] ?? '', 'base64')
  if (
    !within(memory, MAX_MEMORY_KIB) ||
    !within(passes, MAX_PASSES) ||
    !within(parallelism, MAX_PARALLELISM)
  ) {
    return undefined
  }
  if (memory < 8 * parallelism || salt.length < 8 || tag.length < 16 || tag.length > 64) return undefined
  return { memory, passes, parallelism, salt, tagBytes: tag.length, tag }
}

function within(value: number | undefined, most: number): value is number {
  return value !== undefined && value >= 1 && value <= most
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '')
}

const compute = promisify(argon2)
const waiting: (() => void)[] = []
let running = 0

async function tagOf(password: string, cost: Argon2Cost): Promise<Buffer> {
  await turn()
  try {
    return await compute('argon2id', {
      message: password,
      nonce: cost.salt,
      memory: cost.memory,
      passes: cost.passes,
      parallelism: cost.parallelism,
      tagLength: cost.tagBytes,
    })
  } finally {
    const next = waiting.shift()
    if (next === undefined) running--
    else next()
  }
}

/** Resolves when a place is free; whoever is done hands the place on. */
async function turn(): Promise<void> {
  if (running < MAX_RUNNING) {
    running++
    return
  }
  if (waiting.length >= MAX_WAITING) throw new StoreBusyError('too many passwords are waiting to be checked')
  await new Promise<void>((resolve) => waiting.push(resolve))
}

function sealKey(pepper: string): Buffer {
  return Buffer.from(hkdfSync('sha256', pepper, '', 'tollgate seal v1', 32))
}
