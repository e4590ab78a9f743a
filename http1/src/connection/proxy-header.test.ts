import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MALFORMED, PARTIAL, readProxyHeader } from './proxy-header.ts'

const text = (line: string) => readProxyHeader(Buffer.from(line, 'latin1'))
const SIGNATURE = '0d0a0d0a000d0a515549540a'
const binary = (hex: string) => readProxyHeader(Buffer.from(SIGNATURE + hex.replaceAll(' ', ''), 'hex'))

const four = '01020304 7f000001 1000 01bb'
const six = '20010db8000000000000000000000001 00000000000000000000000000000001 1000 01bb'

test('version 1 tells the client, and where its own bytes begin', () => {
  const line = 'PROXY TCP4 1.2.3.4 127.0.0.1 4096 443\r\n'
  assert.deepEqual(text(`${line}GET /`), { length: line.length, address: '1.2.3.4' })
  assert.deepEqual(text('PROXY TCP6 2001:db8::1 ::1 0 65535\r\n'), { length: 36, address: '2001:db8::1' })
  assert.deepEqual(text('PROXY UNKNOWN\r\n'), { length: 15, address: undefined })
  assert.deepEqual(text('PROXY UNKNOWN what ever\r\n'), { length: 25, address: undefined })
})

test('version 2 tells the client, with whatever else it says left out', () => {
  assert.deepEqual(binary(`21 11 000c ${four}`), { length: 28, address: '1.2.3.4' })
  assert.deepEqual(binary(`21 21 0024 ${six}`), { length: 52, address: '2001:db8::1' })
  assert.deepEqual(binary(`21 11 0014 ${four} 02 0005 68656c6c6f 474554`), { length: 36, address: '1.2.3.4' })
  const mapped = `${'0'.repeat(20)}ffff01020304`
  assert.deepEqual(binary(`21 21 0024 ${mapped} ${mapped} 1000 01bb`), { length: 52, address: '1.2.3.4' })
  assert.deepEqual(binary('20 00 0000'), { length: 16, address: undefined })
  assert.deepEqual(binary(`20 11 000c ${four}`), { length: 28, address: undefined })
  assert.deepEqual(binary('21 00 0003 010203'), { length: 19, address: undefined })
})

test('a header that has not come whole is waited for, byte by byte', () => {
  const line = Buffer.from('PROXY TCP4 1.2.3.4 127.0.0.1 4096 443\r\n', 'latin1')
  const block = Buffer.from(`${SIGNATURE}2111000c${four.replaceAll(' ', '')}`, 'hex')
  for (const whole of [line, block]) {
    for (let length = 0; length < whole.length; length++)
      assert.equal(readProxyHeader(whole.subarray(0, length)), PARTIAL, `${length} of ${whole.length}`)
  }
})

test('what is no header, or not quite one, is refused', () => {
  const lines = [
    'GET / HTTP/1.1\r\n',
    'proxy TCP4 1.2.3.4 127.0.0.1 1 2\r\n',
    'PROXY  TCP4 1.2.3.4 127.0.0.1 1 2\r\n',
    'PROXY TCP4 1.2.3.4 127.0.0.1 1 2 \r\n',
    'PROXY TCP4 1.2.3.4 127.0.0.1 1\r\n',
    'PROXY TCP4 1.2.3.4 127.0.0.1 01 2\r\n',
    'PROXY TCP4 1.2.3.4 127.0.0.1 1 65536\r\n',
    'PROXY TCP4 1.2.3.4 127.0.0.1 -1 2\r\n',
    'PROXY TCP4 1.2.3.04 127.0.0.1 1 2\r\n',
    'PROXY TCP4 2001:db8::1 ::1 1 2\r\n',
    'PROXY TCP6 1.2.3.4 127.0.0.1 1 2\r\n',
    'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n',
    'PROXY UDP4 1.2.3.4 127.0.0.1 1 2\r\n',
    'PROXY TCP4 1.2.3.4 127.0.0.1 1 2\n\r\n',
    'PROXY UNKNOWNS\r\n',
    `PROXY UNKNOWN ${'x'.repeat(100)}\r\n`,
    `PROXY TCP4 ${'1'.repeat(100)}`,
  ]
  for (const line of lines) assert.equal(text(line), MALFORMED, line)
  const blocks = [
    `11 11 000c ${four}`,
    `22 11 000c ${four}`,
    `21 12 000c ${four}`,
    `21 31 000c ${four}`,
    `21 11 000b ${four}`,
    `21 21 000c ${four}`,
    `21 11 000e ${four} 0200`,
    `21 11 0010 ${four} 02000300`,
    '21 11 ffff',
  ]
  for (const block of blocks) assert.equal(binary(block), MALFORMED, block)
  assert.equal(readProxyHeader(Buffer.from(`${SIGNATURE.slice(0, -2)}0b21`, 'hex')), MALFORMED)
})
