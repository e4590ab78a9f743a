import { request } from '../../api/request.ts'
import { copyText } from '../../lib/copy-text.ts'
import { type Found, paletteRows } from '../../lib/feature.ts'
import { paths } from '../../lib/paths.ts'
import { toastDone } from '../../ui/toast.tsx'
import { keyName, shortId } from './key-document.ts'
import { setKeyActive } from './queries.ts'
import { statusWords } from './status.ts'

/** Keys for the palette: by a part of the alias, its tail too, by id, or by the whole key. */
export async function findKeys(text: string, signal: AbortSignal): Promise<readonly Found[]> {
  const { keys } = await request('POST /api/keys/search', {
    body: { q: text, page_size: paletteRows },
    signal,
  })
  return keys.map((row) => {
    const isOff = row.status === 'inactive'
    const name = keyName(row)
    return {
      id: row.key_hash,
      label: name,
      description: `${statusWords[row.status].word}  ·  ${shortId(row.key_hash)}`,
      to: paths.key(row.key_hash),
      actions: [
        { label: `Copy the ID of ${name}`, run: () => copied(row.key_hash) },
        {
          label: `${isOff ? 'Enable' : 'Disable'} ${name}`,
          permission: ['keys', 'write'] as const,
          run: () => switched(row.key_hash, name, isOff),
        },
      ],
    }
  })
}

async function copied(id: string): Promise<void> {
  await copyText(id)
  toastDone('The key ID is in the clipboard')
}

async function switched(id: string, name: string, isActive: boolean): Promise<void> {
  await setKeyActive(id, isActive)
  toastDone(`${name} is ${isActive ? 'enabled' : 'disabled'}`)
}
