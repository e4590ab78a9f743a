import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { connect } from 'node:tls'
import fc from 'fast-check'
import { normalHost } from './asked-hosts.ts'
import { MAX_HELLO_BYTES, readClientHello } from './server-name.ts'

/** What Node's own client says first. */
async function helloOf(servername: string): Promise<Buffer> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const accepted = once(server, 'connection')
  const client = connect({ port: address.port, host: '127.0.0.1', servername, rejectUnauthorized: false })
  client.on('error', () => {})
  const [socket] = await accepted
  const [bytes] = await once(socket, 'data')
  client.destroy()
  socket.destroy()
  server.close()
  return bytes
}

const uint16 = (number: number) => Buffer.from([number >> 8, number & 0xff])
const extension = (type: number, content: Buffer) =>
  Buffer.concat([uint16(type), uint16(content.length), content])
const entry = (name: string, type = 0) =>
  Buffer.concat([Buffer.from([type]), uint16(name.length), Buffer.from(name, 'latin1')])
const names = (...entries: Buffer[]) => {
  const list = Buffer.concat(entries)
  return extension(0, Buffer.concat([uint16(list.length), list]))
}

function message(...extensions: Buffer[]): Buffer {
  const all = Buffer.concat(extensions)
  const body = Buffer.concat([
    Buffer.alloc(34),
    Buffer.from([0]),
    uint16(2),
    Buffer.from([0x13, 0x01]),
    Buffer.from([1, 0]),
    uint16(all.length),
    all,
  ])
  return Buffer.concat([Buffer.from([1, 0]), uint16(body.length), body])
}

/** The message in records of so many bytes. */
function records(whole: Buffer, size = 16_384, type = 22): Buffer {
  const parts: Buffer[] = []
  for (let at = 0; at < whole.length; at += size) {
    const part = whole.subarray(at, at + size)
    parts.push(Buffer.from([type, 3, 1]), uint16(part.length), part)
  }
  return Buffer.concat(parts)
}

const nameIn = (bytes: Buffer) => {
  const read = readClientHello(bytes)
  return typeof read === 'number' ? `needs ${read}` : read.serverName
}

test('the name of a real client is read, however its message is cut into records and pieces', async () => {
  const hello = await helloOf('shop.test')
  assert.equal(nameIn(hello), 'shop.test')
  assert.equal(nameIn(await helloOf('')), undefined)
  const whole = hello.subarray(5)
  for (const size of [1, 3, 4, 5, 100, whole.length - 1])
    assert.equal(nameIn(records(whole, size)), 'shop.test')
  for (let length = 0; length < hello.length; length++) {
    const read = readClientHello(hello.subarray(0, length))
    assert.ok(typeof read === 'number' && read > length && read <= hello.length)
  }
  assert.equal(nameIn(Buffer.concat([hello, Buffer.from('more')])), 'shop.test')
})

test('what names no host, or names it in a way that two readers could see differently, names none', () => {
  const other = extension(10, Buffer.from([0, 0]))
  assert.equal(nameIn(records(message(other, names(entry('a.test'))))), 'a.test')
  assert.equal(nameIn(records(message(other))), undefined)
  assert.equal(nameIn(records(message())), undefined)
  assert.equal(nameIn(records(message(names(entry('a.test'), entry('b.test'))))), undefined)
  assert.equal(nameIn(records(message(names(entry('a.test', 7))))), undefined)
  assert.equal(nameIn(records(message(names(entry(''))))), undefined)
  assert.equal(nameIn(records(message(names()))), undefined)
  const cut = message(names(entry('a.test')))
  assert.equal(nameIn(records(Buffer.concat([Buffer.from([1, 0, 0, 40]), cut.subarray(4, 44)]))), undefined)
  assert.equal(nameIn(records(message(names(entry('a.test'))), 16_384, 23)), undefined)
  assert.equal(nameIn(Buffer.from('GET / HTTP/1.1\r\n\r\n')), undefined)
  assert.equal(nameIn(Buffer.from([22, 3, 1, 0, 0])), undefined, 'an empty record')
  assert.equal(nameIn(Buffer.from([22, 3, 1, 0, 4, 1, 1, 0, 0])), undefined, 'too large a message')
  assert.equal(nameIn(records(Buffer.concat([Buffer.from([2, 0, 0, 1]), Buffer.alloc(1)]))), undefined)
})

test('whatever comes, the reader ends, and asks for no more than its limit', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(
        Buffer.alloc(0),
        Buffer.from([22, 3, 1, 0, 200, 1, 0, 0, 190]),
        Buffer.from([22, 3, 3, 64, 0]),
      ),
      (bytes, start) => {
        const read = readClientHello(Buffer.concat([start, bytes]))
        return typeof read !== 'number' || read <= MAX_HELLO_BYTES
      },
    ),
  )
  const one = records(message(extension(21, Buffer.alloc(60_000))), 1)
  assert.equal(nameIn(one), undefined)
})

test('names are compared in lower case, without port and last dot; an address is no name', () => {
  for (const [written, name] of [
    ['shop.test', 'shop.test'],
    ['SHOP.Test:443', 'shop.test'],
    ['shop.test.', 'shop.test'],
    ['shop.test.:443', 'shop.test'],
    ['localhost', 'localhost'],
    ['127.0.0.1', undefined],
    ['127.0.0.1:8443', undefined],
    ['[::1]:8443', undefined],
    ['[::1]', undefined],
    ['', undefined],
    ['.', undefined],
    [':443', undefined],
  ] as const)
    assert.equal(normalHost(written), name, written)
  assert.equal(normalHost(undefined), undefined)
})
