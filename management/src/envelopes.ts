import { z } from 'zod'

/** The Dashboard's own envelope; the order of its keys is part of the contract (section 0 rule 4). */
export type Envelope<Meta = unknown> = {
  readonly Status: 'OK'
  readonly Message: string
  readonly Meta: Meta
  readonly ID?: string
}

/** What a mutation answers: `Meta` is null when there is nothing to say, `ID` is there for APIs only. */
export function ok(message: string): Envelope<null>
export function ok<Meta>(message: string, meta: Meta, id?: string): Envelope<Meta>
export function ok(message: string, meta: unknown = null, id?: string): Envelope {
  const envelope = { Status: 'OK', Message: message, Meta: meta } as const
  return id === undefined ? envelope : { ...envelope, ID: id }
}

/** What a refusal answers on the Dashboard surface. */
export function errorEnvelope(message: string): z.input<typeof Refused> {
  return { Status: 'Error', Message: message, Meta: null }
}

/** Answer schema of an envelope whose `Meta` has the given schema. */
export function envelopeOf<Meta extends z.ZodType>(meta: Meta) {
  return z.object({ Status: z.literal('OK'), Message: z.string(), Meta: meta, ID: z.string().optional() })
}

/** Answer schema of a mutation that has nothing to say but its message. */
export const Done = envelopeOf(z.null())

/** Answer schema of a creation with the new id in `Meta`. */
export const CreatedInMeta = envelopeOf(z.string())

/** Answer schema of every refusal. */
export const Refused = z.object({ Status: z.literal('Error'), Message: z.string(), Meta: z.null() })

/** A document that is answered as it is kept, unknown fields included. */
export const Document = z.looseObject({})
