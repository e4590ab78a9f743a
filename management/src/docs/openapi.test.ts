import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controlRoutes } from '../control-api.ts'
import { dashboardRoutes } from '../dashboard-api.ts'
import { testDashboard } from '../test-dashboard.ts'
import type { Operation } from './openapi.ts'

const template = (path: string) => path.replaceAll(/:([A-Za-z]+)/g, '{$1}')

test('the document holds every route of both surfaces with the permission that it needs', async () => {
  const { nobody, deps } = await testDashboard()
  const { body: document } = await nobody('GET', '/docs/openapi.json')
  assert.equal(document.openapi, '3.1.0')
  assert.equal(document.info.version, '0.0.0')
  const dashboard = dashboardRoutes(deps)
  const own = new Set(dashboard.map(({ path }) => path))
  const control = controlRoutes(deps).filter(({ path }) => !own.has(path))
  for (const { method, path, permission } of [...dashboard, ...control]) {
    const operation = document.paths[template(path)]?.[method.toLowerCase()]
    assert.equal(operation?.['x-permission'], permission, `${method} ${path}`)
    assert.equal(operation.security.length > 0, permission !== 'public')
    for (const scheme of operation.security.flatMap((one: object) => Object.keys(one))) {
      assert.ok(document.components.securitySchemes[scheme], scheme)
    }
  }
  for (const { path } of control) assert.equal(document.paths[template(path)].servers[0].url, deps.gatewayUrl)
})

test('operations have names of their own, their parameters, their bodies and their answers', async () => {
  const { nobody } = await testDashboard()
  const { body: document } = await nobody('GET', '/docs/openapi.json')
  const names = new Set<string>()
  for (const [path, item] of Object.entries<Record<string, Operation>>(document.paths)) {
    for (const [verb, { operationId, parameters, responses }] of Object.entries(item)) {
      if (verb === 'servers') continue
      assert.ok(!names.has(operationId), operationId)
      names.add(operationId)
      const inPath = parameters.filter((one) => one.in === 'path')
      assert.deepEqual(
        inPath.map(({ name }) => `{${name}}`),
        [...path.matchAll(/\{[^}]+\}/g)].map(([name]) => name),
      )
      assert.ok(responses[200], operationId)
    }
  }
  const { post } = document.paths['/api/users']
  const schema = post.requestBody.content['application/json'].schema
  assert.deepEqual(schema.required, ['email_address'])
  assert.equal(schema.properties.active.type, 'boolean')
  assert.ok(document.paths['/login'].post.requestBody.content['application/x-www-form-urlencoded'])
  assert.equal(document.paths['/api/users'].get.parameters[0].name, 'p')
})

test('the reference page shows every operation and loads and runs nothing', async () => {
  const { app, nobody } = await testDashboard()
  const { body: document } = await nobody('GET', '/docs/openapi.json')
  for (const url of ['/docs', '/docs/']) {
    const page = await app.inject(url)
    assert.equal(page.statusCode, 200)
    assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
    assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/)
    assert.doesNotMatch(page.body, /<script|<link|<img|@import|url\(|https?:\/\//)
    for (const item of Object.values<Record<string, { operationId?: string }>>(document.paths)) {
      for (const { operationId } of Object.values(item)) {
        if (operationId) assert.ok(page.body.includes(`id="${operationId}"`), operationId)
      }
    }
  }
})

test('the start page leads to the reference', async () => {
  const { app } = await testDashboard()
  const reply = await app.inject('/')
  assert.deepEqual([reply.statusCode, reply.headers.location], [302, '/docs'])
})
