import type { RecordingUpstream } from './recording-upstream.ts'
import { replyCases } from './reply-cases.ts'
import { requestCases } from './request-cases.ts'
import { type Outcome, runReplyCase, runRequestCase } from './run-cases.ts'

/** How a proxy is put to the test. */
export type SuiteOptions = {
  /** Where the proxy listens, on 127.0.0.1. */
  readonly port: number
  readonly upstream: RecordingUpstream
  /** See `Target.exact`. */
  readonly exact: boolean
  readonly quietMs: number
}

/** Runs every case, one after the other: who looks at the upstream's bytes must know whose they are. */
export async function runSuite(options: SuiteOptions): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const each of requestCases) outcomes.push(await runRequestCase(options, each))
  for (const each of replyCases) outcomes.push(await runReplyCase(options, each))
  return outcomes
}
