import assert from 'node:assert/strict'
import { test } from 'node:test'
import { through } from '../support/client.ts'
import { type Api, expectStatus, newApi, newPolicy, rightsTo } from '../support/fixtures.ts'
import { objectOf } from '../support/http.ts'
import { org, server, upstream, useWorld } from '../support/world.ts'

/** Connections that call without pause, and rounds of changes under their load, on each database. */
const CONNECTIONS = 64
const ROUNDS = 50

let api: Api

useWorld(async () => {
  api = await newApi(org, upstream.url)
  upstream.respond((_request, response) => response.end())
})

/** What holds for requests that begin now: a status, or undefined while a change is under way. */
type Law = { readonly status: number | undefined; readonly why: string; obeyed: number }

test('what begins after a change was answered is judged by it: 64 connections, 50 rounds of edits', async () => {
  const rights = rightsTo(api)
  const elsewhere = rightsTo(api, { allowed_urls: [{ url: '/elsewhere', methods: ['GET'] }] })
  const policyId = await newPolicy(org, { access_rights: rights, rate: -1, per: 1 })
  const policy = objectOf(expectStatus(await org.api.get(`/api/portal/policies/${policyId}`)).json)
  const editPolicy = async (change: object) =>
    expectStatus(await org.api.put(`/api/portal/policies/${policyId}`, { ...policy, ...change }))

  let law: Law = { status: undefined, why: 'nothing is there yet', obeyed: 0 }
  let secret = ''
  let over = false
  const wrong: string[] = []

  const client = async () => {
    while (!over) {
      const begunUnder = law
      const { status } = await through(server, api.listenPath, secret)
      // One that was under way when the next change was asked for may be judged by either.
      if (begunUnder !== law || begunUnder.status === undefined) continue
      begunUnder.obeyed++
      if (status !== begunUnder.status) wrong.push(`${status} after ${begunUnder.why}`)
    }
  }
  /** Makes a change under load and lets it be called upon by as many requests as there are connections. */
  const change = async (why: string, status: number, make: () => Promise<unknown>) => {
    law = { status: undefined, why, obeyed: 0 }
    await make()
    const settled: Law = { status, why, obeyed: 0 }
    law = settled
    while (settled.obeyed < CONNECTIONS) await new Promise((resolve) => setImmediate(resolve))
  }

  const clients = Array.from({ length: CONNECTIONS }, client)
  for (let round = 0; round < ROUNDS; round++) {
    await change('the key was made', 200, async () => {
      const made = expectStatus(await org.api.post('/api/keys', { apply_policies: [policyId] }))
      secret = made.textAt('key_id')
    })
    // Two ways of taking something away, in turns.
    const edit = round % 2 === 0 ? { is_inactive: true } : { access_rights: elsewhere }
    await change(`the policy was edited: ${JSON.stringify(edit)}`, 403, () => editPolicy(edit))
    await change('the policy was restored', 200, () => editPolicy({}))
    await change('the key was switched off', 403, async () =>
      expectStatus(
        await org.api.put(`/api/keys/${secret}`, { apply_policies: [policyId], is_inactive: true }),
      ),
    )
    await change('the key was deleted', 403, async () =>
      expectStatus(await org.api.delete(`/api/keys/${secret}`)),
    )
    upstream.forget()
    if (wrong.length > 0) break
  }
  over = true
  await Promise.all(clients)
  assert.deepEqual(wrong, [])
})
