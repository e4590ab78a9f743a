import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardClientAddress } from './client-address.ts'

test('a trusted proxy says who the client is, anybody else does not', () => {
  const addressOf = dashboardClientAddress(['10.0.0.0/8'])
  const forwarded = { 'x-forwarded-for': '203.0.113.7, 10.1.1.1' }
  assert.equal(addressOf('10.0.0.1', forwarded), '203.0.113.7')
  assert.equal(addressOf('10.0.0.1', { 'x-real-ip': '198.51.100.2' }), '198.51.100.2')
  assert.equal(addressOf('203.0.113.9', forwarded), '203.0.113.9')
  assert.equal(addressOf('10.0.0.1', {}), '10.0.0.1')
  assert.equal(dashboardClientAddress([])('127.0.0.1', forwarded), '127.0.0.1')
})
