import { objectId } from '@tollgate/model/ids'
import { openStorage } from '../open.ts'
import { actor, aKey } from './records.ts'

/** A process of the tests: opens the storage that it is given, writes so many keys, and tells each that is stored. */

const [source = '', writes = '0'] = process.argv.slice(2)
const storage = await openStorage(JSON.parse(source))
let left = Number(writes)
async function write(): Promise<void> {
  while (left-- > 0) {
    const record = aKey({ orgId: objectId() })
    await storage.write(actor, ({ keys }) => keys.insert(record, [`hash of ${record.id}`]))
    process.send?.(record.id)
  }
}
await Promise.all(Array.from({ length: 8 }, write))
await storage.close()
process.disconnect()
