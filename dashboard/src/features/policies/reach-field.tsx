import { Checkbox, Radio, Stack } from '@mantine/core'
import { valueAt } from '../../lib/document-form.ts'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { type PolicyDocument, parts, type Reach, reachOf } from './policy-document.ts'

const reaches = [
  {
    value: 'everything',
    label: 'Everything',
    about: 'Access rights, rate, quota and complexity of its keys come from this policy. The usual choice.',
  },
  {
    value: 'parts',
    label: 'Only some parts',
    about: 'Other parts come from further policies of the key, or from the key itself.',
  },
  {
    value: 'per_api',
    label: 'Each API by itself',
    about:
      'Every API has limits and counters of its own. Several such policies can be applied to a key, for different APIs.',
  },
] as const

/** What of its keys a policy governs: its partitions, in words. */
export function ReachField(props: {
  readonly form: DocumentForm<PolicyDocument>
  readonly stored: PolicyDocument
  /** Chosen here, and kept until a part is ticked. */
  readonly chosen: Reach | undefined
  readonly onChoose: (reach: Reach) => void
}) {
  const { form } = props
  const reach = props.chosen ?? reachOf(form.documentToSend)
  const isOn = (name: string) => form.get(['partitions', name]) === true
  const set = (name: string, value: boolean) => {
    if (isOn(name) === value) return
    // What is not there, or null, means the same as `false`, and is what it was when a click is taken back.
    const before = valueAt(props.stored, ['partitions', name])
    form.set(['partitions', name], value || before === true ? value : before)
  }
  const choose = (value: Reach) => {
    props.onChoose(value)
    set('per_api', value === 'per_api')
    for (const { name } of parts) if (value !== 'parts') set(name, false)
  }
  return (
    <Radio.Group
      label="Of its keys, this policy governs"
      value={reach}
      onChange={(value) => choose(reaches.find((one) => one.value === value)?.value ?? 'everything')}
    >
      <Stack gap="sm" mt="xs">
        {reaches.map(({ value, label, about }) => (
          <div key={value}>
            <Radio value={value} label={label} description={about} />
            {value === 'parts' && reach === 'parts' && (
              <Stack gap="xs" mt="sm" ml="xl" role="group" aria-label="Parts">
                {parts.map((part) => (
                  <Checkbox
                    key={part.name}
                    label={part.label}
                    description={part.about}
                    checked={isOn(part.name)}
                    onChange={(event) => set(part.name, event.currentTarget.checked)}
                  />
                ))}
              </Stack>
            )}
          </div>
        ))}
      </Stack>
    </Radio.Group>
  )
}
