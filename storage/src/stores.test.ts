import { describe } from 'node:test'
import { writeContract } from './changes/write.contract.ts'
import { keySearchContract } from './keys/key-search.contract.ts'
import { keyContract } from './keys/keys.contract.ts'
import { quotaLedgerContract } from './ledger/quota-ledger.contract.ts'
import { apiContract } from './records/apis.contract.ts'
import { certificateContract } from './records/certificates.contract.ts'
import { organisationSessionContract } from './records/organisation-sessions.contract.ts'
import { peopleContract } from './records/people.contract.ts'
import { policyContract } from './records/policies.contract.ts'
import { signInContract } from './records/sign-in.contract.ts'
import { webhookContract } from './records/webhooks.contract.ts'
import { engines, freshStorage } from './testing/engines.ts'

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
  describe(`factors, providers and rules of sign-in on ${engine.name}`, () => signInContract(open))
  describe(`limits of organisations on ${engine.name}`, () => organisationSessionContract(open))
  describe(`the ledger of quotas on ${engine.name}`, () => quotaLedgerContract(open))
  describe(`writing on ${engine.name}`, () => writeContract(open))
}
