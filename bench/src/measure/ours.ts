import type { Contender } from '../contenders/contender.ts'

/**
 * Whoever is measured may fail under load, and the results tell of it; we may not.
 * @throws when connections to a contender of ours failed
 */
export function assertOursHeld(
  { name, ours }: Contender,
  { socketErrors }: { readonly socketErrors: string },
): void {
  if (ours && socketErrors !== '') throw new Error(`${name} let connections fail: ${socketErrors}`)
}
