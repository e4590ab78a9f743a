import type { Dependencies } from '../dependencies.ts'
import type { Catalogue } from './catalogue.ts'

/** What the key verbs work with. */
export type KeyContext = Pick<
  Dependencies,
  'storage' | 'counters' | 'quotas' | 'pepper' | 'now' | 'lastUse'
> & {
  readonly catalogue: Catalogue
}
