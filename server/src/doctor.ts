import { existsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { schemaState } from '@tollgate/storage/migrations/schema-state'
import { type Config, urlHost } from './config.ts'
import { databaseName, dataFolderProblem, holderOf } from './data-folder.ts'
import { databaseLabel, databaseProblem, databaseSource } from './database.ts'
import { healthProblem } from './health.ts'
import { judgeNode, thisNode } from './node-binary.ts'
import { portProblem, type WantedPort, wantedPorts } from './ports.ts'
import { readSecrets } from './secrets-file.ts'
import { errorText, StartFailure } from './start-failure.ts'
import { expiredLists, readTls } from './tls-files.ts'

/** What one check found: fine or wrong, and what in one line. */
type Finding = { readonly fine: boolean; readonly text: string }

/**
 * Looks at everything that a start needs, changing nothing; one line each.
 * @returns whether all is well.
 */
export async function doctor(config: Config, print: (line: string) => void): Promise<boolean> {
  const holder = dataFolderProblem(config.dataDir) ? undefined : holderOf(config.dataDir)
  const ports = wantedPorts(config)
  const checks: readonly (() => Finding | Promise<Finding>)[] = [
    nodeVersion,
    nodeProgram,
    () => dataFolder(config, holder),
    () => secretsFile(config),
    () => database(config),
    () => port(ports.dashboard, holder, () => answersHello(ports.dashboard)),
    () => port(ports.gateway, holder, async () => (await healthProblem(config)) === undefined),
    ...(ports.control ? [controlPort(ports.control, holder)] : []),
    () => proxies(config),
    () => tlsFiles(config),
    () => clock(config),
    () => workers(config),
  ]
  let allFine = true
  for (const check of checks) {
    const { fine, text } = await check()
    print(`${fine ? 'ok    ' : 'WRONG '} ${text}`)
    allFine &&= fine
  }
  return allFine
}

const fine = (text: string): Finding => ({ fine: true, text })
const wrong = (text: string): Finding => ({ fine: false, text })

function nodeVersion(): Finding {
  const major = Number(process.versions.node.split('.', 1)[0])
  return major >= 24
    ? fine(`Node ${process.version}`)
    : wrong(`Node ${process.version} is too old: 24 is needed (npm ci installs it)`)
}

async function nodeProgram(): Promise<Finding> {
  const verdict = await judgeNode(thisNode, undefined)
  if (verdict.kind === 'verified') return fine(`${thisNode.path} has the checksum that is known of it`)
  return verdict.kind === 'wrong' ? wrong(verdict.why) : fine(`${verdict.why}; it is yours to trust`)
}

function dataFolder({ dataDir }: Config, holder: string | undefined): Finding {
  const problem = dataFolderProblem(dataDir)
  if (problem) return wrong(problem)
  if (holder !== undefined)
    return fine(`data folder ${dataDir}, in use by the Tollgate with process id ${holder}`)
  return fine(existsSync(dataDir) ? `data folder ${dataDir}` : `data folder ${dataDir}, will be created`)
}

function secretsFile({ dataDir }: Config): Finding {
  const file = join(dataDir, 'secrets.json')
  try {
    if (readSecrets(file) === undefined) return fine('secrets file, will be created')
  } catch (error) {
    if (error instanceof StartFailure) return wrong(error.message)
    throw error
  }
  const readableByOthers = (statSync(file).mode & 0o077) !== 0
  return readableByOthers
    ? wrong(`secrets file ${file} can be read by others: chmod 600 it`)
    : fine(`secrets file ${file}`)
}

async function database({ databaseUrl, dataDir }: Config): Promise<Finding> {
  const source = databaseSource(databaseUrl, join(dataDir, databaseName))
  try {
    const { schema, known } = await schemaState(source)
    const label = `database ${databaseLabel(source)}`
    if (schema === 0) return fine(`${label}, empty: a start fills it`)
    if (schema > known)
      return wrong(`${label} was written by a newer version of Tollgate (${schema}, this one knows ${known})`)
    return fine(schema === known ? label : `${label}, version ${schema}: a start brings it to ${known}`)
  } catch (error) {
    return wrong(databaseProblem(source, error))
  }
}

/** @param isOurs whether what listens there answers as this program does */
async function port(
  wanted: WantedPort,
  holder: string | undefined,
  isOurs: () => Promise<boolean>,
): Promise<Finding> {
  const problem = await portProblem(wanted)
  if (!problem) return fine(`port ${wanted.port} for the ${wanted.what} is free`)
  if (holder !== undefined && (await isOurs())) {
    return fine(
      `port ${wanted.port} for the ${wanted.what}, in use by the Tollgate with process id ${holder}`,
    )
  }
  return wrong(problem)
}

function controlPort(wanted: WantedPort, holder: string | undefined): () => Promise<Finding> {
  return () => port(wanted, holder, () => answersHello(wanted))
}

/** Whoever is trusted can pretend to be any client: not everybody may be. */
function proxies({ gateway: { trustedProxies } }: Config): Finding {
  if (trustedProxies.length === 0)
    return fine('no proxy is trusted: forwarding headers are not believed (TOLLGATE_TRUSTED_PROXIES)')
  const everybody = trustedProxies.filter((network) => /\/0+$/.test(network))
  return everybody.length > 0
    ? wrong(
        `TOLLGATE_TRUSTED_PROXIES trusts everybody (${everybody.join(', ')}): any client can pretend to be another`,
      )
    : fine(`forwarding headers are believed of ${trustedProxies.join(', ')}`)
}

async function answersHello({ host, port }: WantedPort): Promise<boolean> {
  try {
    const answer = await fetch(`http://${urlHost(host)}:${port}/hello`, {
      signal: AbortSignal.timeout(2_000),
    })
    return answer.ok
  } catch {
    // Whatever listens there does not speak as we do, which is what was asked.
    return false
  }
}

function tlsFiles({ tls: files }: Config): Finding {
  try {
    const tls = readTls(files)
    if (tls === undefined) return fine('no TLS on the gateway port')
    const [expired] = expiredLists(tls, Date.now())
    if (expired !== undefined) return wrong(`TLS: ${expired}`)
    const lists = tls.revocationLists.length
    return fine(`TLS: certificates ${tls.certificates.length}, files of revocation lists ${lists}`)
  } catch (error) {
    if (error instanceof StartFailure) return wrong(error.message)
    throw error
  }
}

/** Expiry and windows go by the clock: one that was never set, or went back, is told by what is certain to be past. */
function clock({ dataDir }: Config): Finding {
  const released = Date.parse('2026-01-01T00:00:00Z')
  const databaseFile = join(dataDir, databaseName)
  const lastWrite = existsSync(databaseFile) ? statSync(databaseFile).mtimeMs : 0
  const now = Date.now()
  const shown = new Date(now).toISOString()
  if (now < released) return wrong(`the clock says ${shown}: it was never set`)
  if (lastWrite > now + 60_000)
    return wrong(
      `the clock says ${shown}, but the database was written at ${new Date(lastWrite).toISOString()}`,
    )
  return fine(`clock ${shown}`)
}

async function workers({ workers }: Config): Promise<Finding> {
  try {
    await new Promise((resolve, reject) => {
      const worker = new Worker('', { eval: true })
      worker.once('error', reject)
      worker.once('exit', resolve)
    })
  } catch (error) {
    return wrong(`worker threads cannot be started: ${errorText(error)}`)
  }
  const count = `${workers} worker${workers === 1 ? '' : 's'} on ${availableParallelism()} cores`
  return fine(
    (await sharesPorts()) ? count : `one worker: this system does not let several listen on one port`,
  )
}

async function sharesPorts(): Promise<boolean> {
  const server = createServer()
  const shares = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false))
    server.listen({ port: 0, host: '127.0.0.1', reusePort: true }, () => resolve(true))
  })
  server.close()
  return shares
}
