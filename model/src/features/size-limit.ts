import { z } from 'zod'
import type { Why } from '../judge/refused.ts'
import type { RequestFacts } from '../judge/request-facts.ts'
import { forItsMethod, operationFeature, versionFeature } from './feature.ts'
import { flag } from './field-types.ts'

/** Largest request body of a version in bytes, by the length that the request states; 0 = not limited. */
export const sizeLimit = versionFeature({
  name: 'size-limit',
  label: 'size limit',
  slot: 'sizeLimit',
  fields: { global_size_limit: z.int().optional(), global_size_limit_disabled: flag },
  compile: ({ global_size_limit: limit = 0, global_size_limit_disabled: isOff }) =>
    isOff === true ? 0 : Math.max(0, limit),
  judge: judgeSize,
})

/** The same for single paths; both hold. */
export const pathSizeLimit = operationFeature({
  name: 'path-size-limit',
  label: 'size limit',
  slot: 'sizeLimit',
  list: 'size_limits',
  about: 'The largest request body',
  fields: { size_limit: z.int().optional() },
  compile: (entry) => forItsMethod(entry, Math.max(0, entry.size_limit ?? 0)),
  judge: judgeSize,
  fresh: { size_limit: 100_000 },
  words: ({ size_limit: bytes }) => `${Number(bytes ?? 0).toLocaleString('en')} bytes`,
})

/** Methods whose requests are not measured (gateway contract, section 4.4). */
const NOT_MEASURED: ReadonlySet<string> = new Set(['GET', 'DELETE', 'TRACE', 'OPTIONS', 'HEAD'])

const NO_LENGTH: Why = { code: 'length_required', decided: { step: 'path', code: 'length_missing' } }

/** @param most bytes; 0 = not limited */
export function judgeSize(most: number, facts: RequestFacts): Why | undefined {
  if (most <= 0 || NOT_MEASURED.has(facts.method)) return undefined
  const { bodyLength = 0 } = facts
  if (facts.header('content-length') === undefined) return NO_LENGTH
  if (bodyLength <= most) return undefined
  return {
    code: 'request_too_large',
    decided: { step: 'path', code: 'too_large', args: { bytes: bodyLength, max: most } },
  }
}
