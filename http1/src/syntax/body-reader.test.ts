import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BodyReader } from './body-reader.ts'
import { CHUNKED, UNTIL_CLOSE } from './message-head.ts'

const limits = { maxChunkExtensionBytes: 40, maxTrailerBytes: 60 }

/** Feeds the pieces; what came out as one line: data, then what stopped the reading, then the bytes left over. */
function read(bodyLength: number, pieces: readonly string[]): string {
  const reader = new BodyReader(bodyLength, limits)
  let data = ''
  let rest = ''
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1')
    let pos = 0
    while (pos < bytes.length && !reader.done && reader.problem === undefined) {
      pos = reader.step(bytes, pos, bytes.length)
      data += bytes.toString('latin1', reader.dataStart, reader.dataEnd)
    }
    if (reader.problem === undefined) rest += bytes.toString('latin1', pos)
  }
  return `${data}|${reader.problem?.reason ?? (reader.done ? 'done' : 'more')}|${rest}`
}

const chunked = (text: string) => read(CHUNKED, [text])

test('a chunked body gives its data, and leaves what follows it', () => {
  assert.equal(chunked('5\r\nhello\r\n0\r\n\r\n'), 'hello|done|')
  assert.equal(chunked('5\r\nhello\r\nA\r\n, world...\r\n0\r\n\r\nGET /'), 'hello, world...|done|GET /')
  assert.equal(chunked('0\r\n\r\n'), '|done|')
  assert.equal(chunked('005\r\nhello\r\n000\r\n\r\n'), 'hello|done|')
  assert.equal(chunked('5\r\nhel'), 'hel|more|')
})

test('chunk extensions and trailers are dropped', () => {
  assert.equal(chunked('5;a\r\nhello\r\n0;b=c;d="e\\"f;\r"\r\n\r\n').split('|')[1], 'malformed chunked body')
  assert.equal(chunked('5;a\r\nhello\r\n0;b=c;d="e\\"f;"\r\n\r\n'), 'hello|done|')
  assert.equal(chunked('1\r\nx\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\nrest'), 'x|done|rest')
})

const malformed = [
  'x\r\n',
  '\r\n',
  ' 5\r\nhello\r\n',
  '5 \r\nhello\r\n',
  '5\nhello\r\n',
  '5\rhello',
  '0x5\r\nhello',
  '-1\r\n',
  '+5\r\nhello',
  '5;\r\nhello',
  '5; a\r\nhello',
  '5;a=\r\nhello',
  '5;=b\r\nhello',
  '5;a\nhello',
  '5;a="b\r\nhello',
  '5\r\nhelloX\r\n',
  '5\r\nhello\n',
  '5\r\nhello\rX',
  '5\r\nhello0\r\n',
  '5\r\nhello\r\n0\r\nX\r\n\r\n',
  '0\r\n\n',
  '0\n\n',
  '0\r\nA: \x00\r\n\r\n',
  '0\r\n : x\r\n\r\n',
  '0\r\nA : x\r\n\r\n',
  '0\r\nContent-Length: 5\r\n\r\n',
  '0\r\nTransfer-Encoding: chunked\r\n\r\n',
  '0\r\nHost: b\r\n\r\n',
  '0\r\nA: b\nC: d\r\n\r\n',
  '10000000000000\r\n',
  'ffffffffffffffff\r\n',
  '5;\x00\r\n',
]

test('a malformed chunked body is refused', () => {
  for (const text of malformed) assert.match(chunked(text), /\|malformed/, JSON.stringify(text))
})

test('extensions and trailers are bounded over the whole body', () => {
  assert.match(chunked(`1;${'a'.repeat(30)}\r\nx\r\n1;${'a'.repeat(30)}\r\n`), /chunk extensions too large/)
  assert.match(chunked(`0\r\nA: ${'a'.repeat(60)}\r\n\r\n`), /trailers too large/)
})

test('a body with a length ends there; one without ends never by itself', () => {
  assert.equal(read(5, ['hel', 'lo wor']), 'hello|done| wor')
  assert.equal(read(UNTIL_CLOSE, ['hel', 'lo']), 'hello|more|')
})

test('any split of the bytes into pieces gives the same result', () => {
  const bodies = fc.oneof(
    fc.constantFrom(...malformed),
    fc
      .array(
        fc.tuple(fc.string({ minLength: 1, maxLength: 20 }), fc.constantFrom('', ';a', ';a=b', ';a="b c"')),
        { maxLength: 5 },
      )
      .map((chunks) =>
        chunks
          .map(([data, extension]) => {
            const bytes = Buffer.from(data).toString('latin1')
            return `${bytes.length.toString(16)}${extension}\r\n${bytes}\r\n`
          })
          .join(''),
      )
      .map((text) => `${text}0\r\nX-T: v\r\n\r\nnext`),
  )
  fc.assert(
    fc.property(bodies, fc.array(fc.nat({ max: 200 }), { maxLength: 8 }), (text, cuts) => {
      const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
      const pieces = [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length))
      assert.equal(read(CHUNKED, pieces), chunked(text))
      assert.equal(read(CHUNKED, text.split('')), chunked(text))
    }),
    { numRuns: 300 },
  )
})
