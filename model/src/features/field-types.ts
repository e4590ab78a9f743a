import { z } from 'zod'

/** Types of fields that many features have. Lists and maps may be null, as clients written in Go send them. */

export const text = z.string()
export const flag = z.boolean().optional()
export const strings = z.array(text).nullish()
export const headerMap = z.record(text, text).nullish()
/** An object of which nothing is read here. */
export const kept = z.looseObject({}).nullish()
