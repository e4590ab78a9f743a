import { configurationReference } from './configuration.ts'
import { errorReference } from './errors.ts'

/** The generated pages of docs/reference, by file name. */
export function referencePages(): Readonly<Record<string, string>> {
  return { 'configuration.md': configurationReference(), 'errors.md': errorReference() }
}

/** Folder of the pages. */
export const referenceFolder = new URL('../../../docs/reference/', import.meta.url)
