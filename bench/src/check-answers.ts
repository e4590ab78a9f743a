import type { Contender } from './contenders/contender.ts'
import { plain, workloads } from './workloads.ts'

/**
 * Asks every contender once for every workload, so that nothing but the work meant is measured.
 * @throws when an answer is not the upstream's, or one without the key is
 */
export async function checkAnswers(contenders: readonly Contender[]): Promise<void> {
  for (const { name, port, headers } of contenders) {
    for (const workload of [plain, ...workloads]) {
      const url = `http://127.0.0.1:${port}${workload.path}`
      const given = [...workload.headers, ...headers].filter((line) => !line.startsWith('Connection:'))
      const fields = given.map((line) => line.split(': ') as [string, string])
      const init = workload.body === undefined ? {} : { method: 'POST', body: workload.body }
      const reply = await fetch(url, { ...init, headers: Object.fromEntries(fields) })
      const { length } = await reply.text()
      if (reply.status !== 200 || length !== workload.replyBytes)
        throw new Error(`${name}, ${workload.name}: ${reply.status} with ${length} bytes`)
    }
    if (headers.length === 0) continue
    const stranger = await fetch(`http://127.0.0.1:${port}${plain.path}`, {
      headers: { authorization: 'nobody-knows-this-key' },
    })
    if (stranger.status !== 403) throw new Error(`${name}: ${stranger.status} for an unknown key`)
  }
}
