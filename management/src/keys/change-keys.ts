import { effectiveAccess } from '@tollgate/model/access/effective-access'
import type { Session } from '@tollgate/model/access/session'
import type { Actor } from '@tollgate/storage/changes/changes'
import type { KeyRecord } from '@tollgate/storage/keys/keys'
import { Problem } from '../errors.ts'
import { deleteKey } from './delete-key.ts'
import { accessOf, refuseUnusable } from './key-access.ts'
import type { KeyContext } from './key-context.ts'
import { keyProblems } from './key-problems.ts'
import { resolveTerms } from './key-terms.ts'

/** Keys that one request may change. */
export const MAX_BULK = 500
/** Keys that are changed at the same time: they share a commit. */
const AT_ONCE = 64

/** One small change of a key; everything else about it stays: its counters, its quota, its document. */
export type KeyAction =
  | { readonly action: 'delete' }
  | { readonly action: 'disable' | 'enable' }
  | { readonly action: 'add_policy' | 'remove_policy'; readonly policyIds: readonly [string, ...string[]] }
  /** Unix seconds, 0 = never; or so many seconds beyond the present end, or beyond now when that is over. */
  | { readonly action: 'extend'; readonly expires: number }
  | { readonly action: 'extend'; readonly seconds: number }

/** What became of one key. */
export type KeyOutcome =
  | { readonly id: string; readonly ok: true; readonly changed: boolean }
  | { readonly id: string; readonly ok: false; readonly error: string }

/**
 * Changes keys by their public ids, each in a transaction of its own, and tells of each what became of it. When this
 * resolves, every change is in force.
 */
export async function changeKeys(
  context: KeyContext,
  actor: Actor,
  scope: string | undefined,
  ids: readonly string[],
  action: KeyAction,
): Promise<KeyOutcome[]> {
  const outcomes = new Map<string, KeyOutcome>()
  const distinct = [...new Set(ids)]
  for (let start = 0; start < distinct.length; start += AT_ONCE) {
    const chunk = distinct.slice(start, start + AT_ONCE)
    const done = await Promise.all(chunk.map((id) => outcomeOf(context, actor, scope, id, action)))
    for (const outcome of done) outcomes.set(outcome.id, outcome)
  }
  return ids.flatMap((id) => outcomes.get(id) ?? [])
}

/** Changes one key; whether there was anything to change. Throws `key_not_found`, and what the new state offends. */
export async function changeKey(
  context: KeyContext,
  actor: Actor,
  found: KeyRecord,
  action: KeyAction,
): Promise<boolean> {
  if (action.action === 'delete') {
    await deleteKey(context, actor, found)
    return true
  }
  const nowMs = context.now()
  const wasUnusable = (await accessOf(context, found)).unusable !== undefined
  return context.storage.write(actor, async (stores) => {
    const before = await stores.keys.byId(found.orgId, found.id)
    if (before === undefined) throw new Problem(keyProblems.key_not_found)
    const session = changed(before.session, action, Math.floor(nowMs / 1000))
    if (session === before.session) return false
    const after = { ...before, session, updatedAt: new Date(nowMs).toISOString() }
    if (action.action === 'add_policy' || action.action === 'remove_policy') {
      const terms = await resolveTerms(context, before.orgId, session, before.session)
      if (!wasUnusable) refuseUnusable(effectiveAccess(after, terms.findPolicy))
    }
    await stores.keys.update(after)
    return true
  })
}

async function outcomeOf(
  context: KeyContext,
  actor: Actor,
  scope: string | undefined,
  id: string,
  action: KeyAction,
): Promise<KeyOutcome> {
  try {
    const found = await context.storage.keys.byId(scope, id)
    if (found === undefined) throw new Problem(keyProblems.key_not_found)
    return { id, ok: true, changed: await changeKey(context, actor, found, action) }
  } catch (error) {
    if (error instanceof Problem) return { id, ok: false, error: error.message }
    throw error
  }
}

/** The session after the change; the same object when there is nothing to change. */
function changed(session: Session, action: Exclude<KeyAction, { action: 'delete' }>, now: number): Session {
  switch (action.action) {
    case 'disable':
      return session.is_inactive === true ? session : { ...session, is_inactive: true }
    case 'enable':
      return session.is_inactive === true ? { ...session, is_inactive: false } : session
    case 'add_policy':
      return withPolicy(session, action.policyIds)
    case 'remove_policy':
      return withoutPolicy(session, action.policyIds)
    case 'extend': {
      const expires = 'expires' in action ? action.expires : later(session.expires, action.seconds, now)
      return expires === undefined || expires === session.expires ? session : { ...session, expires }
    }
  }
}

/** A key that never expires stays so. */
function later(expires: number | undefined, seconds: number, now: number): number | undefined {
  if (expires === undefined || expires < 1) return undefined
  return Math.min(Math.max(expires, now) + seconds, Number.MAX_SAFE_INTEGER)
}

/** @param policyIds the id under which it is listed, then others that mean the same policy */
function withPolicy(session: Session, policyIds: readonly [string, ...string[]]): Session {
  const { apply_policies: list, apply_policy_id: single } = session
  const listed = list ?? []
  if (listed.some((id) => policyIds.includes(id)) || (single && policyIds.includes(single))) return session
  // The single id of old counts only while there is no list: it goes along.
  const before = listed.length === 0 && single ? [single] : listed
  return { ...session, apply_policies: [...before, policyIds[0]] }
}

function withoutPolicy(session: Session, policyIds: readonly string[]): Session {
  const { apply_policies: list, apply_policy_id: single } = session
  const kept = (list ?? []).filter((id) => !policyIds.includes(id))
  const isSingle = single !== undefined && policyIds.includes(single)
  if (kept.length === (list ?? []).length && !isSingle) return session
  return { ...session, apply_policies: kept, ...(isSingle && { apply_policy_id: '' }) }
}
