import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RawClient } from '../strictness/raw-client.ts'
import { readMessages, statusOf } from '../strictness/wire.ts'
import { freePorts } from '../support/ports.ts'
import type { RequestReader } from './fuzz.ts'
import type { Reference } from './node-reference.ts'

/** The machine's nginx, answering 200 to every request that it can read; bodies are read and dropped. */
export class NginxReference implements RequestReader {
  readonly #process: ChildProcess
  readonly #folder: string
  readonly #port: number

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#process = child
    this.#folder = folder
    this.#port = port
  }

  static async start(): Promise<NginxReference> {
    const folder = await mkdtemp(path.join(tmpdir(), 'tollgate-nginx-'))
    const [port = 0] = await freePorts(1)
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join(' ')
    await writeFile(
      path.join(folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log; events {}
http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; location / { return 200 ok; } } }`,
    )
    const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf')])
    await sleep(500)
    return new NginxReference(child, folder, port)
  }

  /** Bodies are not seen, so their digests are empty. */
  async read(text: string, quietMs: number): Promise<Reference> {
    const client = new RawClient(this.#port)
    client.write(text)
    await client.until(() => false, quietMs)
    const { messages } = readMessages(client.text, { kind: 'reply', ended: client.ended })
    client.destroy()
    const statuses = messages.map(statusOf).filter((status) => status >= 200)
    const good = statuses.filter((status) => status === 200)
    const error = statuses.find((status) => status !== 200)
    return { accepted: good.map(() => ''), error: error === undefined ? '' : String(error) }
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGTERM')
    await once(this.#process, 'close')
    await rm(this.#folder, { recursive: true, force: true })
  }
}
