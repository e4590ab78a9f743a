import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { builtStamp, dashboardFolder, distFolder, sourceStamp } from '@tollgate/dashboard/build/stamp'
import { type DashboardState, readDashboardFiles } from '@tollgate/management/dashboard-files'
import type { Log } from './log.ts'
import { errorText } from './start-failure.ts'

/** The web dashboard: its built form, made anew beside the running program when it is missing or stale. */
export type Dashboard = {
  readonly state: () => DashboardState
  /** Ends a build that still runs. */
  close(): Promise<void>
}

/** Longest build, milliseconds; it takes a few seconds. */
const maxBuildMs = 120_000

/** Has the dashboard ready, or starts to build it; nothing else waits for it. */
export function openDashboard(log: Log): Dashboard {
  const sources = sourceStamp()
  const built = builtStamp()
  if (built !== undefined && (sources === undefined || sources === built)) {
    const state = readState(log)
    return { state: () => state, close: async () => undefined }
  }
  if (sources === undefined) {
    log.error('there is no dashboard: neither built nor its sources')
    return { state: () => ({ kind: 'failed' }), close: async () => undefined }
  }
  return buildInBackground(log, built === undefined ? 'missing' : 'out of date')
}

function buildInBackground(log: Log, why: string): Dashboard {
  let state: DashboardState = { kind: 'building' }
  log.info('building the dashboard', { why })
  const child = spawn(process.execPath, [join(dashboardFolder, 'build', 'main.ts')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: maxBuildMs,
  })
  createInterface({ input: child.stdout }).on('line', (line) =>
    log.info('building the dashboard', { step: line }),
  )
  const complaints: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (complaints.length < maxComplaints) complaints.push(line)
  })
  const ended = endOf(child).then((failure) => {
    if (isClosing) return
    if (failure !== undefined) {
      log.error('the dashboard could not be built; everything else runs', {
        failure,
        output: complaints.join('\n'),
      })
    }
    // After a failure the form built before is better than none.
    state = failure === undefined || builtStamp() !== undefined ? readState(log) : { kind: 'failed' }
  })
  let isClosing = false
  return {
    state: () => state,
    async close() {
      isClosing = true
      child.kill()
      await ended
    },
  }
}

/** Lines of a failed build that are logged. */
const maxComplaints = 60

/** Why the build failed; undefined when it did not. */
async function endOf(child: ChildProcess): Promise<string | undefined> {
  try {
    const [code, signal] = await once(child, 'close')
    return code === 0 ? undefined : `it ended with ${code ?? signal}`
  } catch (error) {
    return errorText(error)
  }
}

function readState(log: Log): DashboardState {
  try {
    return { kind: 'ready', files: readDashboardFiles(distFolder) }
  } catch (error) {
    log.error('the built dashboard cannot be read', { cause: errorText(error) })
    return { kind: 'failed' }
  }
}
