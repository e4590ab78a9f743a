import { describe } from 'node:test'
import { apiContract } from './apis.contract.ts'
import { engines, freshStorage } from './engine.fixture.ts'
import { keyContract } from './keys.contract.ts'
import { peopleContract } from './people.contract.ts'
import { policyContract } from './policies.contract.ts'
import { writeContract } from './write.contract.ts'

// Every contract on every database.
for (const engine of engines) {
  const open = () => freshStorage(engine)
  describe(`keys on ${engine.name}`, () => keyContract(open))
  describe(`APIs on ${engine.name}`, () => apiContract(open))
  describe(`policies on ${engine.name}`, () => policyContract(open))
  describe(`organisations, users, groups and sessions on ${engine.name}`, () => peopleContract(open))
  describe(`writing on ${engine.name}`, () => writeContract(open))
}
