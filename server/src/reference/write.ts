import { writeFileSync } from 'node:fs'
import { referenceFolder, referencePages } from './pages.ts'

// `npm run docs`: writes the generated pages of docs/reference.
for (const [name, text] of Object.entries(referencePages()))
  writeFileSync(new URL(name, referenceFolder), text)
