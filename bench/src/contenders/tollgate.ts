import { furnish, makeKey, sessionFor } from '../furnish.ts'
import { type ProgramOptions, startProgram } from '../program.ts'
import type { Contender, Surroundings } from './contender.ts'

/** What the gate does with a request, and how its process is set up. */
type Kind = {
  readonly name: string
  readonly chain: boolean
  readonly workers: number
  /** Of the process's environment. */
  readonly settings?: Readonly<Record<string, string>>
  /** Fields of the API's definition beside those of every bench. */
  readonly definition?: Readonly<Record<string, unknown>>
  /** Which program; this one when left out. */
  readonly program?: Pick<ProgramOptions, 'checkout' | 'flags'>
}

/** Our own program, which can say what it collected. */
export type OwnContender = Contender & { output(): string }

/** The real program without keys, one worker. */
export const tollgateKeyless = (around: Surroundings): Promise<Contender> =>
  startTollgate(around, { name: 'Tollgate, keyless', chain: false, workers: 1 })

/** The real program with key, rights, rate and a counting quota, one worker. */
export const tollgateChain = (around: Surroundings): Promise<Contender> =>
  startTollgate(around, { name: 'Tollgate, whole chain', chain: true, workers: 1 })

/** The real program with one API. */
export async function startTollgate(around: Surroundings, kind: Kind): Promise<OwnContender> {
  const program = await startProgram(
    {
      TOLLGATE_WORKERS: String(kind.workers),
      TOLLGATE_CLIENT_IDLE_TIMEOUT_MS: '600000',
      ...kind.settings,
    },
    { ...kind.program, cpus: around.cpus },
  )
  const furniture = await furnish(program, {
    ...kind.definition,
    use_keyless: !kind.chain,
    proxy: {
      listen_path: '/bench/',
      target_url: `http://127.0.0.1:${around.upstreamPort}`,
      strip_listen_path: false,
    },
  })
  const { gatewayPort: port, pid, stop, said, output } = program
  const running = { name: kind.name, port, ours: true as const, pids: [pid], stop, said, output }
  if (!kind.chain) return { ...running, headers: [] }
  const quota = { quota_max: 1_000_000_000, quota_remaining: 1_000_000_000, quota_renewal_rate: 3600 }
  const key = (rate: number, per: number) =>
    makeKey(program, furniture, sessionFor(furniture.apiId, { rate, per, ...quota }))
  return {
    ...running,
    headers: [`authorization: ${await key(1_000_000_000, 60)}`],
    limitedHeaders: [`authorization: ${await key(100, 1)}`],
  }
}
