import { describe } from 'node:test'
import { apiContract } from './apis.contract.ts'
import { certificateContract } from './certificates.contract.ts'
import { engines, freshStorage } from './engine.fixture.ts'
import { keySearchContract } from './key-search.contract.ts'
import { keyContract } from './keys.contract.ts'
import { organisationSessionContract } from './organisation-sessions.contract.ts'
import { peopleContract } from './people.contract.ts'
import { policyContract } from './policies.contract.ts'
import { quotaLedgerContract } from './quota-ledger.contract.ts'
import { webhookContract } from './webhooks.contract.ts'
import { writeContract } from './write.contract.ts'

// Every contract on every database.
for (const engine of engines) {
  const open = () => freshStorage(engine)
  describe(`keys on ${engine.name}`, () => keyContract(open))
  describe(`searching keys on ${engine.name}`, () => keySearchContract(open))
  describe(`APIs on ${engine.name}`, () => apiContract(open))
  describe(`certificates on ${engine.name}`, () => certificateContract(open))
  describe(`webhooks on ${engine.name}`, () => webhookContract(open))
  describe(`policies on ${engine.name}`, () => policyContract(open))
  describe(`organisations, users, groups and sessions on ${engine.name}`, () => peopleContract(open))
  describe(`limits of organisations on ${engine.name}`, () => organisationSessionContract(open))
  describe(`the ledger of quotas on ${engine.name}`, () => quotaLedgerContract(open))
  describe(`writing on ${engine.name}`, () => writeContract(open))
}
