import { SimpleGrid } from '@mantine/core'
import { useState } from 'react'
import { AccessRights } from '../../access/access-rights.tsx'
import { isRecord } from '../../lib/json-values.ts'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { ChoiceField, SwitchField, TextField, WordsField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { LimitFields } from '../../ui/limit-fields.tsx'
import { MetaDataField } from '../../ui/meta-data-field.tsx'
import { OptionSwitch } from '../../ui/option-switch.tsx'
import { RatesField } from '../../ui/rates-field.tsx'
import { CredentialChange, CredentialChoice } from './credential-fields.tsx'
import { ExpiryField } from './expiry-field.tsx'
import { policiesOf } from './key-document.ts'
import { PoliciesField } from './policies-field.tsx'
import type { KeyDocument, Presented } from './queries.ts'

type Props = {
  readonly form: DocumentForm<KeyDocument>
  readonly error: unknown
  /** For a new key: how it will be presented. */
  readonly credential?: {
    readonly presented: Presented
    readonly onPresented: (presented: Presented) => void
    readonly onWaiting: (rule: string | undefined) => void
  }
}

/** The form of a key. Access rights come first: they are all that a new one needs. */
export function KeyForm(props: Props) {
  const { form, error, credential } = props
  return (
    <>
      <AccessRights form={form} error={error} {...(credential && { onWaiting: credential.onWaiting })} />
      <FormSection title="Limits" about="How much the key may do. Policies and rules can say otherwise.">
        <Policies {...props} />
        <LimitFields form={form} path={[]} error={error} />
        <MoreLimits {...props} />
      </FormSection>
      <FormSection title="Name and expiry" about="To find it again, and to be rid of it in time.">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextField
            form={form}
            error={error}
            path={['alias']}
            label="Alias"
            about="Any part of it finds the key"
            placeholder="orders-service"
          />
          <TextField
            form={form}
            error={error}
            path={['owner']}
            label="Owner"
            about="Keys of one owner can share their limits"
          />
        </SimpleGrid>
        <ExpiryField form={form} />
        <WordsField
          form={form}
          error={error}
          path={['tags']}
          label="Tags"
          placeholder="Type and press Enter"
        />
        <SwitchField
          form={form}
          error={error}
          path={['is_inactive']}
          label="Disabled"
          about="The key is refused with 403 until it is enabled"
        />
      </FormSection>
      <FormSection
        title="Credential"
        about={credential ? 'What callers present.' : 'What callers present. A secret cannot be changed.'}
      >
        {credential ? (
          <CredentialChoice form={form} error={error} {...credential} />
        ) : (
          <CredentialChange {...props} />
        )}
      </FormSection>
      <FormSection title="Meta data and logging">
        <MetaData {...props} />
        <SwitchField
          form={form}
          error={error}
          path={['enable_detailed_recording']}
          label="Detailed logging"
          about="Requests with this key are recorded whole"
        />
      </FormSection>
    </>
  )
}

function Policies({ form }: Props) {
  const applied = policiesOf(form.documentToSend)
  const [wasSwitchedOn, setSwitchedOn] = useState(false)
  return (
    <OptionSwitch
      label="Apply policies"
      about={
        applied.length > 0
          ? 'What a policy governs counts in place of what is set below'
          : 'Take rights and limits from policies instead of setting them here'
      }
      isOn={applied.length > 0 || wasSwitchedOn}
      onSwitch={(isOn) => {
        setSwitchedOn(isOn)
        if (isOn) return
        if (form.get(['apply_policy_id'])) form.set(['apply_policy_id'], '')
        form.set(['apply_policies'], [])
      }}
    >
      <PoliciesField form={form} />
    </OptionSwitch>
  )
}

function MoreLimits({ form, error }: Props) {
  const rates = form.get(['rates'])
  const hasRates = Array.isArray(rates) && rates.length > 0
  return (
    <>
      <OptionSwitch
        label="Further windows"
        about="Rates that hold at the same time: 10 each second and 1,000 each hour"
        isOn={hasRates}
        onSwitch={(isOn) => form.set(['rates'], isOn ? [{ rate: 10, per: 1 }] : [])}
      >
        <RatesField form={form} path={['rates']} label="Windows" />
      </OptionSwitch>
      <ChoiceField
        form={form}
        error={error}
        path={['limits_shared_by']}
        label="Counted for"
        choices={[
          { value: '', label: 'This key alone' },
          { value: 'key', label: 'This key alone (set)' },
          { value: 'owner', label: 'All keys of its owner together' },
          { value: 'policy', label: 'All keys of its policy together' },
          { value: 'organisation', label: 'All keys of the organisation together' },
        ]}
      />
    </>
  )
}

function MetaData({ form }: Props) {
  const stored = form.get(['meta_data'])
  const has = isRecord(stored) && Object.keys(stored).length > 0
  const [wasSwitchedOn, setSwitchedOn] = useState(false)
  return (
    <OptionSwitch
      label="Meta data"
      about="Names and values of your own, kept with the key"
      isOn={has || wasSwitchedOn}
      onSwitch={(isOn) => {
        setSwitchedOn(isOn)
        if (!isOn) form.set(['meta_data'], {})
      }}
    >
      <MetaDataField form={form} />
    </OptionSwitch>
  )
}
