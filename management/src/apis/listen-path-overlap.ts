import type { Problem } from '@tollgate/model/definition/problem'
import type { ApiClaim, ApiRecord } from '@tollgate/storage/records/apis'

/**
 * What to know of a listen path without a slash at its end: it is a raw prefix, so `/users` takes `/usersx` too, and
 * another API whose path only goes on with other letters takes some of these away. With strict routes neither happens.
 */
export function overlapWarnings(
  { apiId, definition }: ApiRecord,
  own: readonly ApiClaim[],
): readonly Problem[] {
  const listenPath = definition.proxy?.listen_path ?? ''
  const domain = (definition.domain ?? '').toLowerCase()
  const others = own.filter((other) => other.apiId !== apiId && other.domain.toLowerCase() === domain)
  const found = others.find((other) => isTornFrom(listenPath, other.listenPath))
  if (found === undefined) return []
  const message = `differs from the listen path ${found.listenPath.slice(0, 80)} of another API only in how it goes on: without a slash at its end, a path takes all paths that begin with the same letters`
  return [{ path: ['proxy', 'listen_path'], code: 'conflict', message }]
}

/** Whether one begins with the other and goes on in the middle of a word. */
function isTornFrom(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one]
  if (short === '' || short.endsWith('/') || !long.startsWith(short)) return false
  return long.length > short.length && long.charAt(short.length) !== '/'
}
