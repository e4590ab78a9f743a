/** What a case of the suite is: bytes in, and what may come of them. Text is latin1. */

/** Why a case is as it is: demanded by the RFCs, or a choice that they leave open (or where we are stricter). */
export type Basis = 'rfc' | 'choice'

/** A request as the upstream must have received it. What is not named is not looked at. */
export type SeenRequest = {
  readonly method?: string
  readonly target?: string
  readonly body?: string
  /** Lower-case header names and their values, which must be there once each. */
  readonly has?: Readonly<Record<string, string>>
  /** Lower-case header names that must not be there. */
  readonly lacks?: readonly string[]
  /** Trailers, as `name: value` lines. */
  readonly trailers?: readonly string[]
}

/** The proxy must answer by itself and close; the upstream may see no whole request but those before it. */
export type Refused = {
  readonly verdict: 'refuse'
  /** Statuses that say why; empty where no answer is needed because the client has gone. */
  readonly statuses: readonly number[]
  /** Requests before the offending one, which are answered 200. */
  readonly before?: readonly SeenRequest[]
  /** The upstream may have received the beginning of the request, whose end then never comes. */
  readonly mayBegin?: boolean
  /** The connection may go on: what is refused is the meaning, not the form. */
  readonly mayStay?: boolean
}

/** The upstream must receive these requests and no other. */
export type Accepted = {
  readonly verdict: 'accept'
  readonly requests: readonly SeenRequest[]
  /** The proxy closes the connection after the last answer. */
  readonly closes?: boolean
  /** Interim statuses that must come first. */
  readonly interim?: readonly number[]
}

export type RequestCase = {
  readonly name: string
  readonly group: string
  readonly basis: Basis
  /** Written one after the other, with a pause between. */
  readonly send: readonly string[]
  /** The client ends its side after the last write. */
  readonly ends?: boolean
  readonly expect: Refused | Accepted
}

/** The client gets the gateway's own error: nothing of the reply. */
type BadGateway = { readonly verdict: 'bad-gateway' }

/** The client gets the beginning, and must be able to tell that the end is missing. */
type Cut = { readonly verdict: 'cut' }

/** The client gets this reply. */
type Relayed = {
  readonly verdict: 'relay'
  readonly status: number
  readonly body?: string
  readonly has?: Readonly<Record<string, string>>
  readonly lacks?: readonly string[]
  readonly trailers?: readonly string[]
  readonly interim?: readonly number[]
}

export type ReplyCase = {
  readonly name: string
  readonly group: string
  readonly basis: Basis
  /** The request that is answered; `GET`, version 1.1, no headers where nothing is said. */
  readonly request?: {
    readonly method?: string
    readonly version?: '1.0' | '1.1'
    readonly headers?: string
    readonly body?: string
  }
  readonly reply: readonly string[]
  /** What the upstream does with the connection afterwards. */
  readonly after: 'keep' | 'end' | 'reset'
  readonly expect: BadGateway | Cut | Relayed
  /** The upstream's connection must not serve another request. */
  readonly taints?: boolean
}
