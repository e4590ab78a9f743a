import { z } from 'zod'
import type { Smoothing } from './counters.ts'

/** Longest pause between two steps (100 years), so that sums of times stay exact. */
const MAX_DELAY_MS = 100 * 365 * 86_400_000

/** `smoothing` of a rate (gateway contract, section 1.1). */
export const SmoothingFields = z
  .looseObject({
    enabled: z.boolean().optional(),
    threshold: z.number().optional(),
    trigger: z.number().optional(),
    step: z.number().optional(),
    delay: z.number().optional(),
  })
  .describe(
    'The rate follows demand: it begins at threshold and grows and shrinks by step, once in delay seconds',
  )
export type SmoothingFields = z.infer<typeof SmoothingFields>

/**
 * How a rate of `max` units is smoothed; undefined when it is not: switched off, or it would begin at 0 or where the rate
 * ends. Units are cut to whole ones, and what is negative counts as 0: with a step of 0 the allowance stays as it is.
 */
export function smoothingOf(fields: SmoothingFields | null | undefined, max: number): Smoothing | undefined {
  if (fields?.enabled !== true) return undefined
  const threshold = Math.floor(fields.threshold ?? 0)
  if (threshold < 1 || threshold >= max) return undefined
  const atLeastZero = (value = 0) => Math.max(0, value)
  return {
    threshold,
    trigger: atLeastZero(fields.trigger),
    step: Math.min(Math.floor(atLeastZero(fields.step)), max),
    delayMs: Math.min(Math.floor(atLeastZero(fields.delay) * 1000), MAX_DELAY_MS),
  }
}
