import { writeFileSync } from 'node:fs'
import { clientSchema, clientSchemaFile } from './client-schema.ts'
import { referenceFolder, referencePages } from './pages.ts'

// `npm run docs`: writes the generated pages of docs/reference and the types of the dashboard's client.
for (const [name, text] of Object.entries(referencePages()))
  writeFileSync(new URL(name, referenceFolder), text)
writeFileSync(clientSchemaFile, await clientSchema())
