import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { judgeNode, type NodeProgram, thisNode } from './node-binary.ts'
import { nodeChecksums } from './node-checksums.ts'

const [[version = '', sums] = []] = Object.entries(nodeChecksums)
const platform = Object.keys(sums ?? {})[0] ?? ''

test('finding 14: a Node that came with the program and was changed since is told from one of the system', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-node-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const node: NodeProgram = { path: join(folder, 'node'), version, platform }
  writeFileSync(node.path, 'not the program that is known')

  const changed = await judgeNode(node, undefined, `${folder}/`)
  assert.equal(changed.kind, 'wrong')
  assert.match(changed.kind === 'wrong' ? changed.why : '', /its SHA-256 is [0-9a-f]{64}, not [0-9a-f]{64}$/)
  assert.equal((await judgeNode(node, undefined, '/elsewhere/')).kind, 'unknown')
  assert.equal((await judgeNode({ ...node, version: '1.2.3' }, undefined, `${folder}/`)).kind, 'unknown')
})

test('finding 14: a sum is remembered for as long as the file stays the same', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-node-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const [path, cache] = [join(folder, 'node'), join(folder, 'cache.json')]
  const node: NodeProgram = { path, version, platform }
  writeFileSync(path, 'one')
  await judgeNode(node, cache)
  const { key } = JSON.parse(readFileSync(cache, 'utf8'))

  writeFileSync(cache, JSON.stringify({ key, sum: sums?.[platform] }))
  assert.equal((await judgeNode(node, cache)).kind, 'verified', 'the remembered sum counts')
  writeFileSync(path, 'two!')
  assert.notEqual((await judgeNode(node, cache)).kind, 'verified', 'but not of another file')
  writeFileSync(cache, 'damaged')
  assert.notEqual((await judgeNode(node, cache)).kind, 'verified')
})

test('finding 14: the Node of this checkout is the one that is known', async (context) => {
  if (nodeChecksums[thisNode.version]?.[thisNode.platform] === undefined)
    return context.skip(`no checksum is known of ${thisNode.version} for ${thisNode.platform}`)
  assert.deepEqual(await judgeNode(thisNode, undefined), { kind: 'verified' })
})

test('finding 14: the Node that package.json names has its checksums', () => {
  const root = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
  assert.ok(nodeChecksums[root.dependencies.node], 'a new release needs its lines in node-checksums.ts')
})
