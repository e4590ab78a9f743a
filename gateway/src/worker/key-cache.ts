import type { EffectiveAccess } from '@tollgate/model/access/effective-access'
import type { Change } from '@tollgate/storage/changes/changes'
import type { Lookup, OrganisationKeys } from '../authenticate/authenticator.ts'

/**
 * Compiled keys by the credential that a client presented, so that the request path reads no store for a key that was
 * seen before. Bounded: memory follows the setting, never the number of keys. Unknown credentials are kept too, in a
 * bound of their own, so that a flood of wrong keys cannot push out the right ones.
 */

/** What a lookup in the store needs. */
export type KeyLoader = {
  /** Hex HMACs under which the credential may be kept for an API of that organisation, in the order to try. */
  readonly hashes: (orgId: string, credential: string) => readonly string[]
  /** The key behind a hash, compiled, when it is one of that organisation. Throws or rejects when the store is down. */
  readonly read: (
    orgId: string,
    hash: string,
  ) => EffectiveAccess | undefined | Promise<EffectiveAccess | undefined>
  /** The store could not be asked. */
  readonly failed: (error: unknown) => void
}

/** Longer credentials are looked up but not kept: a bound on entries is no bound on memory without it. */
export const MAX_CACHED_CREDENTIAL_LENGTH = 512

/** Lookups under way at a time in one organisation; further ones are answered `unavailable`. */
export const MAX_PENDING_LOOKUPS = 1_000

export interface KeyCache {
  of(orgId: string): OrganisationKeys
  /** Drops what a committed change may have made wrong. */
  apply(change: Change): void
  /** Forgets organisations that serve no API any more. */
  retain(orgIds: ReadonlySet<string>): void
}

type Entry = {
  readonly access: EffectiveAccess | undefined
  /** The key's id and every hash that was tried: a change of any of them makes the entry wrong. */
  readonly names: readonly string[]
  current: boolean
}

/** @param entries known credentials that are kept, and, apart, unknown ones */
export function keyCache(entries: number, source: KeyLoader): KeyCache {
  const known = new Bound(entries)
  const unknown = new Bound(entries)
  const organisations = new Map<string, Organisation>()

  return {
    of(orgId) {
      const existing = organisations.get(orgId)
      if (existing !== undefined) return existing
      const organisation = new Organisation(orgId, source, known, unknown)
      organisations.set(orgId, organisation)
      return organisation
    },
    apply(change) {
      if (change.kind === 'key') {
        known.drop(change.id)
        for (const hash of change.secretHashes) {
          known.drop(hash)
          unknown.drop(hash)
        }
        organisations.get(change.orgId)?.outdatePending()
      } else if (change.kind === 'policy') {
        organisations.get(change.orgId)?.forgetKnown()
      }
    },
    retain(orgIds) {
      for (const [orgId, organisation] of organisations) {
        if (orgIds.has(orgId)) continue
        organisation.leave()
        organisations.delete(orgId)
      }
    },
  }
}

class Organisation implements OrganisationKeys {
  readonly #orgId: string
  readonly #source: KeyLoader
  readonly #known: Recent
  readonly #unknown: Recent
  #pending = new Map<string, Promise<Lookup>>()

  constructor(orgId: string, source: KeyLoader, known: Bound, unknown: Bound) {
    this.#orgId = orgId
    this.#source = source
    this.#known = new Recent(known)
    this.#unknown = new Recent(unknown)
  }

  find(credential: string): Lookup | Promise<Lookup> {
    const entry = this.#known.get(credential) ?? this.#unknown.get(credential)
    if (entry !== undefined) return entry.access ?? 'unknown'
    return this.#pending.get(credential) ?? this.#load(credential)
  }

  /** A lookup that began before a change may bring what was true before it: it is neither kept nor shared further. */
  outdatePending(): void {
    if (this.#pending.size > 0) this.#pending = new Map()
  }

  forgetKnown(): void {
    this.#known.clear()
    this.outdatePending()
  }

  leave(): void {
    this.#known.leave()
    this.#unknown.leave()
    this.outdatePending()
  }

  #load(credential: string): Lookup | Promise<Lookup> {
    if (this.#pending.size >= MAX_PENDING_LOOKUPS) return 'unavailable'
    const hashes = this.#source.hashes(this.#orgId, credential)
    try {
      const found = this.#try(hashes, 0)
      if (!(found instanceof Promise)) return this.#keep(credential, hashes, found)
      return this.#await(credential, hashes, found)
    } catch (error) {
      this.#source.failed(error)
      return 'unavailable'
    }
  }

  #try(
    hashes: readonly string[],
    from: number,
  ): EffectiveAccess | undefined | Promise<EffectiveAccess | undefined> {
    for (let i = from; i < hashes.length; i++) {
      const found = this.#source.read(this.#orgId, hashes[i] ?? '')
      if (found instanceof Promise) return found.then((access) => access ?? this.#try(hashes, i + 1))
      if (found !== undefined) return found
    }
    return undefined
  }

  #await(
    credential: string,
    hashes: readonly string[],
    found: Promise<EffectiveAccess | undefined>,
  ): Promise<Lookup> {
    const pending = this.#pending
    const lookup = found.then(
      (access): Lookup => {
        // Another map means that a change came in between.
        if (this.#pending !== pending) return access ?? 'unknown'
        pending.delete(credential)
        return this.#keep(credential, hashes, access)
      },
      (error: unknown): Lookup => {
        pending.delete(credential)
        this.#source.failed(error)
        return 'unavailable'
      },
    )
    pending.set(credential, lookup)
    return lookup
  }

  #keep(credential: string, hashes: readonly string[], access: EffectiveAccess | undefined): Lookup {
    if (credential.length <= MAX_CACHED_CREDENTIAL_LENGTH) {
      const names = access === undefined ? hashes : [access.keyId, ...hashes]
      const recent = access === undefined ? this.#unknown : this.#known
      recent.put(ownCopy(credential), { access, names, current: true })
    }
    return access ?? 'unknown'
  }
}

/** The credential may be a slice that holds the whole request head in memory; what is kept must not. */
function ownCopy(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/**
 * The most recent entries of one organisation, as two generations: a hit in the older one moves up, and when the
 * younger ones of all organisations together fill half the bound, the older are dropped. Near to least recently used,
 * without a write for each read.
 */
class Recent {
  readonly #bound: Bound
  #young = new Map<string, Entry>()
  #old = new Map<string, Entry>()

  constructor(bound: Bound) {
    this.#bound = bound
    bound.join(this)
  }

  /** Only what no change has made wrong. */
  get(credential: string): Entry | undefined {
    const young = this.#young.get(credential)
    if (young !== undefined) return young.current ? young : undefined
    const old = this.#old.get(credential)
    if (old === undefined || !old.current) return undefined
    this.put(credential, old)
    return old
  }

  put(credential: string, entry: Entry): void {
    this.#bound.makeRoom()
    this.#young.set(credential, entry)
    this.#bound.name(entry)
  }

  rotate(): Iterable<Entry> {
    this.#old = this.#young
    this.#young = new Map()
    return this.#old.values()
  }

  clear(): void {
    this.#young = new Map()
    this.#old = new Map()
  }

  leave(): void {
    this.clear()
    this.#bound.quit(this)
  }
}

/** The bound that all organisations share, and the way from a name to the entries that a change of it makes wrong. */
class Bound {
  readonly #half: number
  readonly #members = new Set<Recent>()
  #young = 0
  #byName = new Map<string, Entry[]>()

  constructor(entries: number) {
    this.#half = Math.max(1, Math.floor(entries / 2))
  }

  join(recent: Recent): void {
    this.#members.add(recent)
  }

  quit(recent: Recent): void {
    this.#members.delete(recent)
  }

  makeRoom(): void {
    if (this.#young >= this.#half) {
      this.#young = 0
      this.#byName = new Map()
      for (const member of this.#members) for (const entry of member.rotate()) this.name(entry)
    }
    this.#young += 1
  }

  name(entry: Entry): void {
    for (const name of entry.names) {
      const named = this.#byName.get(name)
      if (named === undefined) this.#byName.set(name, [entry])
      else if (!named.includes(entry)) named.push(entry)
    }
  }

  drop(name: string): void {
    for (const entry of this.#byName.get(name) ?? []) entry.current = false
    this.#byName.delete(name)
  }
}
