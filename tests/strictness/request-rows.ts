import type { Accepted, Basis, Refused, RequestCase, SeenRequest } from './case.ts'

/** How cases of the request side are written down: a row of a name, bytes, and what is expected. */

/** A header that every request needs. */
export const host = 'Host: h\r\n'
/** What a smuggler hopes to get through behind an ambiguous request. */
export const hidden = 'GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n'
/** So many letters. */
export const long = (length: number) => 'a'.repeat(length)

/** The proxy answers by itself and closes. */
export const refuse = (statuses: number | readonly number[], more: Partial<Refused> = {}): Refused => ({
  verdict: 'refuse',
  statuses: typeof statuses === 'number' ? [statuses] : statuses,
  ...more,
})
/** The upstream gets the request. */
export const accept = (request: SeenRequest, more: Partial<Accepted> = {}): Accepted => ({
  verdict: 'accept',
  requests: [request],
  ...more,
})

/** Name, bytes (several = several writes), what is expected. */
export type Row = readonly [
  name: string,
  send: string | readonly string[],
  expect: Refused | Accepted,
  basis?: Basis,
]

/** Makes cases of the rows; a row may have a basis of its own. */
export const group = (name: string, basis: Basis, rows: readonly Row[]): RequestCase[] =>
  rows.map(([title, send, expect, own]) => ({
    name: title,
    group: name,
    basis: own ?? basis,
    send: typeof send === 'string' ? [send] : send,
    expect,
  }))
