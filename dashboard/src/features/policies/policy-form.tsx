import { Alert, Select, SimpleGrid } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { AccessRights } from '../../access/access-rights.tsx'
import { rightsOf } from '../../access/rights.ts'
import { amount, isRecord, text } from '../../lib/json-values.ts'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { ChoiceField, NumberField, SwitchField, TextField, WordsField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { DurationField, LimitFields } from '../../ui/limit-fields.tsx'
import { MetaDataField } from '../../ui/meta-data-field.tsx'
import { OptionSwitch } from '../../ui/option-switch.tsx'
import { RatesField } from '../../ui/rates-field.tsx'
import {
  fieldsOfState,
  governs,
  type PolicyDocument,
  type PolicyState,
  type Reach,
  reachOf,
  stateOf,
} from './policy-document.ts'
import { ReachField } from './reach-field.tsx'

type Props = {
  readonly form: DocumentForm<PolicyDocument>
  readonly stored: PolicyDocument
  readonly error: unknown
  readonly reach: Reach | undefined
  readonly onReach: (reach: Reach) => void
  readonly onWaiting: (rule: string | undefined) => void
}

/** The form of a policy: a name is all that a new one needs; one without rights is combined with others. */
export function PolicyForm(props: Props) {
  const { form, error } = props
  return (
    <>
      <NameAndState {...props} />
      <AccessRights
        form={form}
        error={error}
        onWaiting={props.onWaiting}
        about="What keys with this policy open. Without a rule it only limits what other policies of a key open."
      />
      <FormSection title="What it governs" about="How this policy and others of the same key go together.">
        <ReachField form={form} stored={props.stored} chosen={props.reach} onChoose={props.onReach} />
      </FormSection>
      <Limits {...props} />
      <FormSection title="Keys with this policy">
        <Expiry {...props} />
        <WordsField
          form={form}
          error={error}
          path={['tags']}
          label="Tags"
          about="Given to the keys beside their own"
          placeholder="Type and press Enter"
        />
        <SwitchField
          form={form}
          error={error}
          path={['hmac_enabled']}
          label="Signed requests (HMAC)"
          about="Keys with this policy sign their requests with a shared secret"
        />
        <MetaData {...props} />
      </FormSection>
    </>
  )
}

const stateChoices = [
  { value: 'active', label: 'Active: applies to its keys' },
  { value: 'draft', label: 'Draft: not offered for new keys' },
  { value: 'deny', label: 'Access denied: its keys are refused' },
]

function NameAndState({ form, stored, error }: Props) {
  const change = (state: PolicyState) => {
    for (const [name, value] of Object.entries(fieldsOfState(state, stored))) form.set([name], value)
  }
  return (
    <FormSection title="Policy">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextField form={form} error={error} path={['name']} label="Name" placeholder="Gold" isRequired />
        <Select
          label="State"
          data={stateChoices}
          value={stateOf(form.documentToSend)}
          allowDeselect={false}
          onChange={(value) => value !== null && change(value as PolicyState)}
        />
        <TextField
          form={form}
          error={error}
          path={['id']}
          label="ID of your own"
          about="A word by which keys name the policy. Empty: the ID that is made"
          placeholder="gold"
          isMono
        />
      </SimpleGrid>
    </FormSection>
  )
}

function Limits({ form, error }: Props) {
  const document = form.documentToSend
  const reach = reachOf(document)
  const governsRate = governs(document, 'rate_limit')
  const governsQuota = governs(document, 'quota')
  const rates = form.get(['rates'])
  const about =
    reach === 'per_api'
      ? 'For the APIs that have no limits of their own above. Each counts by itself.'
      : 'How much each key may do.'
  return (
    <FormSection title="Limits" about={about}>
      {(!governsRate || !governsQuota) && (
        <Alert variant="light" color="gray" icon={<IconInfoCircle />}>
          {notGoverned(governsRate, governsQuota)}
        </Alert>
      )}
      {(governsRate || governsQuota) && (
        <LimitFields form={form} path={[]} error={error} withoutQuota={!governsQuota} />
      )}
      {governsRate && (
        <OptionSwitch
          label="Further windows"
          about="Rates that hold at the same time: 10 each second and 1,000 each hour"
          isOn={Array.isArray(rates) && rates.length > 0}
          onSwitch={(isOn) => form.set(['rates'], isOn ? [{ rate: 10, per: 1 }] : [])}
        >
          <RatesField form={form} path={['rates']} label="Windows" />
        </OptionSwitch>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <ChoiceField
          form={form}
          error={error}
          path={['limits_shared_by']}
          label="Counted for"
          choices={[
            ...(text(form.get(['limits_shared_by'])) === 'key'
              ? [{ value: 'key', label: 'Each key alone' }]
              : [{ value: '', label: 'Each key alone' }]),
            { value: 'owner', label: 'All keys of one owner together' },
            { value: 'policy', label: 'All keys with this policy together' },
            { value: 'organisation', label: 'All keys of the organisation together' },
          ]}
        />
        {governs(document, 'complexity') && (
          <NumberField
            form={form}
            error={error}
            path={['max_query_depth']}
            label="Depth of GraphQL queries"
            about="Empty, 0 or -1: as deep as they come"
          />
        )}
      </SimpleGrid>
    </FormSection>
  )
}

function notGoverned(governsRate: boolean, governsQuota: boolean): string {
  if (governsRate) return 'This policy does not govern the quota: its keys keep their own.'
  return governsQuota
    ? 'This policy does not govern the rate: its keys keep their own, whatever is set here.'
    : 'This policy governs neither rate nor quota: its keys keep their own.'
}

function Expiry({ form, error }: Props) {
  const seconds = amount(form.get(['key_expires_in']))
  return (
    <OptionSwitch
      label="Keys expire"
      about={seconds > 0 ? 'Counted from the creation of each key' : 'New keys do not expire by this policy'}
      isOn={seconds > 0}
      onSwitch={(isOn) => form.set(['key_expires_in'], isOn ? 2_592_000 : 0)}
    >
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <DurationField form={form} error={error} path={['key_expires_in']} label="Key expires after" />
      </SimpleGrid>
    </OptionSwitch>
  )
}

function MetaData({ form }: Props) {
  const stored = form.get(['meta_data'])
  const has = isRecord(stored) && Object.keys(stored).length > 0
  return (
    <div>
      <p style={{ margin: '0 0 8px', fontWeight: 500, fontSize: '0.875rem' }}>
        Meta data{has ? '' : ': none'}
      </p>
      <MetaDataField form={form} />
    </div>
  )
}

/** Why a policy cannot be saved yet, in a few words; undefined when it can. */
export function notYet(
  document: PolicyDocument,
  reach: Reach | undefined,
  waitingRule: string | undefined,
): string | undefined {
  if (text(document.name).trim() === '') return 'Give the policy a name'
  if (rightsOf(document).length === 0 && waitingRule !== undefined)
    return `Click Add to give access to ${waitingRule}`
  return reach === 'parts' && reachOf(document) !== 'parts' ? 'Tick a part that it governs' : undefined
}
