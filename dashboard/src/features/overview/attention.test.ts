import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attentionOf } from './attention.ts'

test('a concern says how many, names some, and leads to the page where it is mended', () => {
  const first = [{ id: 'k1', name: 'partner', expires: 1_800_000_000 }]
  assert.deepEqual(attentionOf({ kind: 'keys_expiring', count: 3, first }), {
    urgency: 'middle',
    title: '3 keys expire within 7 days',
    about: 'Extend it in time, or let it end.',
    mentions: [{ id: 'k1', name: 'partner', to: '/keys/k1', expires: 1_800_000_000 }],
    more: 2,
    all: { to: '/keys', search: { status: 'expiring', sort: 'expires' } },
  })
})

test('one is spoken of as one, and a thing without a name still has its link', () => {
  const first = [{ id: 'a1', name: '', error_rate: 0.125, requests: 40 }]
  const { title, mentions, more } = attentionOf({ kind: 'apis_failing', count: 1, first })
  assert.equal(title, '1 API fails')
  assert.match(mentions[0]?.to ?? '', /^\/apis\/a1/)
  assert.deepEqual([mentions[0]?.name, mentions[0]?.note, more], ['No name', '13 % of 40 requests', 0])
})
