import { z } from 'zod'

/** What a mutation answers (gateway contract, section 3); the order of the keys is the contract's. */
export const Mutation = z.object({
  key: z.string(),
  status: z.literal('ok'),
  action: z.enum(['added', 'modified', 'deleted', 'updated']),
  key_hash: z.string().optional(),
})
export type Mutation = z.input<typeof Mutation>

/** @param keyHash the public id of a key, where the contract shows it */
export function mutated(key: string, action: Mutation['action'], keyHash?: string): Mutation {
  const mutation = { key, status: 'ok', action } as const
  return keyHash === undefined ? mutation : { ...mutation, key_hash: keyHash }
}

export const StatusMessage = z.object({ status: z.string(), message: z.string() })
