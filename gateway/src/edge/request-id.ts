import { randomBytes } from 'node:crypto'

/** Numbers requests: ids that do not repeat and cost one addition. */
export type RequestIds = () => string

/**
 * Ids of the form `<random>-<worker>-<count>`. The random part is made once per start of the worker; an id is a name to
 * find a log line by and proves nothing, so it need not be unguessable.
 */
export function requestIds(worker: number): RequestIds {
  const base = `${randomBytes(6).toString('hex')}-${worker.toString(36)}-`
  let count = 0
  return () => {
    count += 1
    return base + count.toString(36)
  }
}
