import { Group, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { Time } from '../../ui/time.tsx'
import { localInput, unixOfInput } from './expiry.ts'
import type { KeyDocument } from './queries.ts'

const presets = [
  { value: 'never', label: 'Never' },
  { value: '3600', label: 'In 1 hour' },
  { value: '86400', label: 'In 1 day' },
  { value: '604800', label: 'In 7 days' },
  { value: '2592000', label: 'In 30 days' },
  { value: '7776000', label: 'In 90 days' },
  { value: '31536000', label: 'In 1 year' },
  { value: 'date', label: 'At a date…' },
]

/** Until when the key opens anything. */
export function ExpiryField({ form }: { readonly form: DocumentForm<KeyDocument> }) {
  const stored = form.get(['expires'])
  const expires = typeof stored === 'number' && stored > 0 ? stored : 0
  const [preset, setPreset] = useState<string>()
  const shown = expires === 0 ? 'never' : (preset ?? 'date')
  const choose = (value: string | null) => {
    if (value === null) return
    setPreset(value)
    const now = Math.floor(Date.now() / 1000)
    if (value === 'never') form.set(['expires'], 0)
    else if (value !== 'date') form.set(['expires'], now + Number(value))
    else if (expires === 0) form.set(['expires'], now + 2_592_000)
  }
  return (
    <Group gap="md" align="flex-end">
      <Select
        label="Expires"
        w={200}
        data={presets}
        value={shown === 'never' || expires > 0 ? shown : 'never'}
        allowDeselect={false}
        onChange={choose}
      />
      {shown === 'date' && (
        <TextInput
          type="datetime-local"
          label="Expires at"
          description="In your time zone"
          inputWrapperOrder={['label', 'input', 'description']}
          value={localInput(expires)}
          onChange={(event) => {
            const unix = unixOfInput(event.currentTarget.value)
            if (unix !== undefined) form.set(['expires'], unix)
          }}
        />
      )}
      {expires > 0 && shown !== 'date' && (
        <span style={{ paddingBottom: 8, fontSize: '0.875rem' }}>
          <Time at={expires} />
        </span>
      )}
    </Group>
  )
}
