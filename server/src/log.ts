import { Writable } from 'node:stream'
import pino from 'pino'
import type { Config } from './config.ts'
import { errorCode } from './start-failure.ts'

/** The program's log. Lines go to standard error; secrets never do. */
export type Log = {
  debug(message: string, detail?: Detail): void
  info(message: string, detail?: Detail): void
  warn(message: string, detail?: Detail): void
  error(message: string, detail?: Detail): void
  /** A line that another thread made: its `level` and `msg` are among its fields. */
  line(fields: Detail): void
  /** Writes what is still held back; for the moment before the process ends. */
  flush(): void
}

type Detail = Readonly<Record<string, unknown>>

/** Bytes of log lines that wait for a slow reader; what comes beyond is dropped, never the gate held up. */
const maxWaitingBytes = 4 * 1024 * 1024

/** The log as the settings want it; on a terminal one readable line each, otherwise JSON. */
export function openLog(config: Pick<Config, 'logLevel' | 'logFormat'>): Log {
  const asText = config.logFormat === 'text' || (config.logFormat === 'auto' && process.stderr.isTTY === true)
  const destination = pino.destination({ dest: 2, sync: false, maxLength: maxWaitingBytes })
  // Whoever read the log is gone: the gate goes on without it.
  destination.on('error', ignoreGoneReader)
  const sink = asText ? readable((line) => destination.write(line)) : destination
  const logger = pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    sink,
  )
  return {
    debug: (message, detail = {}) => logger.debug(detail, message),
    info: (message, detail = {}) => logger.info(detail, message),
    warn: (message, detail = {}) => logger.warn(detail, message),
    error: (message, detail = {}) => logger.error(detail, message),
    line: ({ level, msg, ...detail }) =>
      logger[levelOf(level)](detail, typeof msg === 'string' ? msg : undefined),
    flush: () => destination.flushSync(),
  }
}

function levelOf(level: unknown): 'debug' | 'info' | 'warn' | 'error' {
  return level === 'debug' || level === 'warn' || level === 'error' ? level : 'info'
}

function ignoreGoneReader(error: unknown): void {
  if (errorCode(error) !== 'EPIPE') throw error
}

/** Turns pino's JSON lines into `12:00:00 info  message  name=value`. */
function readable(write: (line: string) => void): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n')) if (line) write(`${readableLine(line)}\n`)
      done()
    },
  })
}

/** One JSON log line as text. */
export function readableLine(json: string): string {
  const { level, time, msg, ...rest }: Record<string, unknown> = JSON.parse(json)
  const details = Object.entries(rest).map(([name, value]) =>
    typeof value === 'string' && !/[\s"=]/.test(value)
      ? `${name}=${value}`
      : `${name}=${JSON.stringify(value)}`,
  )
  return [String(time).slice(11, 19), String(level).padEnd(5), String(msg ?? ''), ...details]
    .join(' ')
    .trimEnd()
}
