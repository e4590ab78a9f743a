import http from 'node:http'
import { send } from './http.ts'
import type { Server } from './server.ts'

/** One answer of a flood. */
export type Answered = { readonly status: number; readonly headers: http.IncomingHttpHeaders }

/** Connections that a flood asks on at once. */
const CONNECTIONS = 64

/**
 * Asks without pause on many connections, spread over all workers, until `enough` says so of an answer. Connections that
 * break are opened anew; what was not answered is not in the result.
 */
export async function flood(
  server: Server,
  path: string,
  secret: string,
  enough: (answer: Answered, answers: readonly Answered[]) => boolean,
): Promise<readonly Answered[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const answers: Answered[] = []
  let isOver = false
  const ask = async () => {
    while (!isOver) {
      const answer = await send(server.gateway, { path, headers: { authorization: secret } }, agent)
      const { status, headers } = answer
      answers.push({ status, headers })
      if (enough({ status, headers }, answers)) isOver = true
    }
  }
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, ask))
    return answers
  } finally {
    isOver = true
    agent.destroy()
  }
}

/** How many answers had each status. */
export function statuses(answers: readonly Answered[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** Enough once so many answers in all had that status. */
export function times(status: number, count: number): (answer: Answered) => boolean {
  let left = count
  return (answer) => answer.status === status && --left <= 0
}
