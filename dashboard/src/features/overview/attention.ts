import { counted } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import type { Concern } from './queries.ts'
import { percent } from './traffic-words.ts'

/** One thing of a concern, and the page where it is mended. */
type Mention = {
  readonly id: string
  readonly name: string
  readonly to: string
  /** What is told beside its name. */
  readonly note?: string
  /** Unix seconds of its end, told as time. */
  readonly expires?: number
}

/** A concern in words. */
export type Attention = {
  readonly urgency: 'high' | 'middle' | 'low'
  readonly title: string
  /** What it means, or what to do. */
  readonly about: string
  readonly mentions: readonly Mention[]
  /** Things that are counted, and not named. */
  readonly more: number
  /** The list of them all, where there is one. */
  readonly all?: Listed
}

/** A list, and what narrows it. */
type Listed = { readonly to: string; readonly search?: Readonly<Record<string, string>> }

type Kind = Concern['kind']
type Named = Concern['first'][number]

const apis = (count: number) => counted(count, 'API')
const are = (count: number) => (count === 1 ? 'is' : 'are')

const kinds: Readonly<
  Record<
    Kind,
    {
      readonly urgency: Attention['urgency']
      readonly title: (count: number) => string
      readonly about: string
      readonly to: (id: string) => string
      readonly all?: Listed
      readonly note?: (thing: Named) => string | undefined
    }
  >
> = {
  proxies_not_trusted: {
    urgency: 'high',
    title: (n) => `${counted(n, 'address', 'addresses')} sent forwarding headers and ${are(n)} not trusted`,
    about:
      'If it is your proxy, name it in TOLLGATE_TRUSTED_PROXIES: until then all its clients count as one. The log has the address.',
    to: () => paths.home(),
  },
  keys_expired_in_use: {
    urgency: 'high',
    title: (n) => `${counted(n, 'expired key')} ${are(n)} still being used`,
    about: 'Whoever has it is refused. Extend it, or tell its owner.',
    to: paths.key,
    all: { to: paths.keys(), search: { status: 'expired', sort: '-last_used' } },
  },
  apis_failing: {
    urgency: 'high',
    title: (n) => `${apis(n)} ${n === 1 ? 'fails' : 'fail'}`,
    about: 'Many of the last 15 minutes’ requests were answered with 5xx.',
    to: (id) => paths.api(id),
    note: ({ error_rate: rate = 0, requests = 0 }) => `${percent(rate)} of ${counted(requests, 'request')}`,
  },
  keys_expiring: {
    urgency: 'middle',
    title: (n) => `${counted(n, 'key')} ${n === 1 ? 'expires' : 'expire'} within 7 days`,
    about: 'Extend it in time, or let it end.',
    to: paths.key,
    all: { to: paths.keys(), search: { status: 'expiring', sort: 'expires' } },
  },
  apis_inactive: {
    urgency: 'low',
    title: (n) => `${apis(n)} ${are(n)} switched off`,
    about: 'Requests to it are answered with 404.',
    to: (id) => paths.api(id),
  },
  apis_without_key: {
    urgency: 'middle',
    title: (n) => `Nobody can call ${apis(n)}`,
    about: 'No key opens it. Create one, or let a policy grant it.',
    to: (id) => paths.api(id),
  },
  policies_inactive: {
    urgency: 'middle',
    title: (n) => `${counted(n, 'policy', 'policies')} ${are(n)} switched off`,
    about: 'Keys that carry it are refused.',
    to: (id) => paths.policy(id),
  },
  policies_unused: {
    urgency: 'low',
    title: (n) => `${counted(n, 'policy', 'policies')} without a key`,
    about: 'Nobody would miss it.',
    to: (id) => paths.policy(id),
    all: { to: paths.policies() },
  },
  users_never_signed_in: {
    urgency: 'low',
    title: (n) => `${counted(n, 'user')} never signed in`,
    about: 'Remind them, or take the account away.',
    to: paths.user,
    all: { to: paths.users() },
  },
}

/** A concern in words, with the pages where it is mended. */
export function attentionOf({ kind, count, first }: Concern): Attention {
  const { urgency, title, about, to, all, note } = kinds[kind]
  const mentions = first.map((thing) => {
    const said = note?.(thing)
    return {
      id: thing.id,
      name: thing.name || 'No name',
      to: to(thing.id),
      ...(said !== undefined && { note: said }),
      ...(thing.expires !== undefined && { expires: thing.expires }),
    }
  })
  return {
    urgency,
    title: title(count),
    about,
    mentions,
    more: Math.max(0, count - first.length),
    ...(all !== undefined && { all }),
  }
}
