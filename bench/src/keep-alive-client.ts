import net from 'node:net'

/**
 * A load generator that costs little: one request at a time on each of a few keep-alive connections, replies told
 * apart by Content-Length alone. It speaks to servers we know, so it parses nothing else.
 */
export type Load = {
  readonly port: number
  readonly connections: number
  readonly total: number
  /** The bytes of request number `index`. */
  readonly request: (index: number) => string
  /** Called with each reply; throws when it is not what was expected. */
  readonly onReply: (index: number, status: number, body: string) => void
}

/** What a run took. */
export type Run = {
  readonly seconds: number
  /** Time of each request by its number, microseconds. */
  readonly micros: Float64Array
}

/** Sends `total` requests over `connections` connections, as fast as they are answered. */
export async function run(load: Load): Promise<Run> {
  const micros = new Float64Array(load.total)
  let next = 0
  const take = () => (next < load.total ? next++ : undefined)
  const started = performance.now()
  await Promise.all(Array.from({ length: load.connections }, () => drive(load, take, micros)))
  return { seconds: (performance.now() - started) / 1000, micros }
}

function drive(load: Load, take: () => number | undefined, micros: Float64Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(load.port, '127.0.0.1')
    socket.setNoDelay(true)
    let current = take()
    let sentAt = 0
    let pending = ''
    const send = () => {
      if (current === undefined) {
        socket.end()
        resolve()
        return
      }
      sentAt = performance.now()
      socket.write(load.request(current), 'latin1')
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('close', () => {
      if (current !== undefined) reject(new Error('the connection was closed before the reply was whole'))
    })
    socket.on('data', (chunk) => {
      pending = pending === '' ? chunk.toString('latin1') : pending + chunk.toString('latin1')
      const head = pending.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = contentLength(pending, head)
      if (pending.length < head + 4 + length) return
      if (current === undefined) return
      micros[current] = (performance.now() - sentAt) * 1000
      try {
        load.onReply(current, Number(pending.slice(9, 12)), pending.slice(head + 4, head + 4 + length))
      } catch (error) {
        current = undefined
        socket.destroy()
        reject(error)
        return
      }
      pending = ''
      current = take()
      send()
    })
  })
}

const lengthPattern = /\r\ncontent-length: *(\d+)/i

function contentLength(text: string, head: number): number {
  const found = lengthPattern.exec(text.slice(0, head + 2))
  if (!found) throw new Error(`a reply without Content-Length: ${text.slice(0, head)}`)
  return Number(found[1])
}
