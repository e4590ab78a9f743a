#!/usr/bin/env node
import { parseArgs } from 'node:util'
import { type Config, ConfigMistakes, configFromEnvironment } from './config.ts'
import { doctor } from './doctor.ts'
import { healthProblem } from './health.ts'
import { type Log, openLog } from './log.ts'
import { type Running, start } from './start.ts'
import { errorCode, errorText, StartFailure } from './start-failure.ts'
import { version } from './version.ts'
import { firstStartText, startText } from './welcome.ts'

const help = `Tollgate ${version}: a gate in front of HTTP APIs.

Usage:
  tollgate start      run the gateway and the Dashboard API until told to stop
  tollgate doctor     check ports, data folder, database and clock; one line each
  tollgate health     ask the running gateway whether it is well; for health checks
  tollgate --help     this text
  tollgate --version  the version

Settings are environment variables named TOLLGATE_…, or one JSON file of the same
names that TOLLGATE_CONFIG points to; docs/reference/configuration.md has them all.
The most used:
  TOLLGATE_DATA_DIR         folder for everything that is kept   (./data)
  TOLLGATE_HOST             address to listen on                 (127.0.0.1)
  TOLLGATE_DASHBOARD_PORT   port of the Dashboard API            (3000)
  TOLLGATE_GATEWAY_PORT     port of the gateway                  (8080)
  TOLLGATE_DATABASE_URL     postgres://… instead of the embedded database

Exit codes: 0 stopped as told, 1 cannot start or something is wrong, 2 wrong settings or arguments.
`

const [exitOk, exitFailed, exitUsage] = [0, 1, 2] as const

process.stdout.on('error', (error) => {
  // Whoever read the start-up text is gone, as in `tollgate start | head`: the gate goes on.
  if (errorCode(error) !== 'EPIPE') throw error
})

process.exitCode = await run(process.argv.slice(2))

async function run(args: readonly string[]): Promise<number> {
  const command = commandOf(args)
  if (command === undefined) return exitUsage
  if (command === 'help') return say(help)
  if (command === 'version') return say(`${version}\n`)
  const config = settings()
  if (config === undefined) return exitUsage
  if (command === 'doctor') return (await doctor(config, (line) => say(`${line}\n`))) ? exitOk : exitFailed
  if (command === 'health') return health(config)
  return runServer(config)
}

async function health(config: Config): Promise<number> {
  const problem = await healthProblem(config)
  if (problem === undefined) return exitOk
  complain(problem)
  return exitFailed
}

function commandOf(args: readonly string[]): 'start' | 'doctor' | 'health' | 'help' | 'version' | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } },
    })
    if (values.help) return 'help'
    if (values.version) return 'version'
    const [command, ...rest] = positionals
    if (rest.length === 0 && (command === 'start' || command === 'doctor' || command === 'health'))
      return command
    complain(
      command === undefined
        ? 'say what to do: start, doctor or health'
        : `there is no command "${positionals.join(' ')}"`,
    )
  } catch (error) {
    complain(errorText(error))
  }
  complain('tollgate --help shows what there is')
  return undefined
}

function settings(): Config | undefined {
  try {
    return configFromEnvironment()
  } catch (error) {
    if (!(error instanceof ConfigMistakes)) throw error
    complain(`${error.message}:`)
    for (const mistake of error.mistakes) process.stderr.write(`  ${mistake}\n`)
    return undefined
  }
}

/** Runs until a signal comes; a second signal ends the program at once. */
async function runServer(config: Config): Promise<number> {
  // Whatever this process makes, such as the database's files, is for its owner alone.
  process.umask(0o077)
  const log = openLog(config)
  const stopAsked = stopSignal(log)
  try {
    const running = await start(config, log)
    say(startText(version, config, running.addresses))
    if (running.firstStart)
      say(firstStartText(config, running.secrets, running.firstStart, running.addresses))
    process.on('SIGHUP', () => void rereadCertificates(running, log))
    const reason = await Promise.race([stopAsked, running.hasToStop])
    if (reason instanceof StartFailure) log.error('the program has to stop', { cause: reason.message })
    else log.info('stopping', { signal: reason })
    await running.stop()
    log.info('stopped')
    if (reason instanceof StartFailure) throw reason
    return endNow(log, exitOk)
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error
    log.flush()
    complain(error.message)
    return endNow(log, exitFailed)
  }
}

async function rereadCertificates(running: Running, log: Log): Promise<void> {
  try {
    await running.rereadCertificates()
    log.info('certificates read again')
  } catch (error) {
    log.error('certificates not replaced, the old ones stay in use', { cause: errorText(error) })
  }
}

function stopSignal(log: Log): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let asked = false
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) endNow(log, signal === 'SIGINT' ? 130 : 143)
      asked = true
      resolve(signal)
    }
    process.on('SIGINT', onSignal)
    process.on('SIGTERM', onSignal)
  })
}

/** Nothing may hold the program back any more, such as a client that never closes its connection. */
function endNow(log: Log, code: number): never {
  log.flush()
  process.exit(code)
}

function say(text: string): number {
  process.stdout.write(text)
  return exitOk
}

function complain(line: string): void {
  process.stderr.write(`tollgate: ${line}\n`)
}
