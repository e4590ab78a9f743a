/** An id of a request as the gateway gives it; no key looks like that. */
const form = /\b([0-9a-f]{12}-[0-9a-z]{1,8}-[0-9a-z]{1,13})\b/

/** The id within a text: alone, in a header's line (`X-Request-Id: …`), in a line of a log. */
export function requestIdIn(text: string): string | undefined {
  return form.exec(text)?.[1]
}
