import { Group, SimpleGrid, Text } from '@mantine/core'
import { rateInWords } from '@tollgate/model/limits/limit-in-words'
import { amount, recordOf } from '../../lib/json-values.ts'
import { ChoiceField, NumberField, SwitchField, TextField, WordsField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { DurationField } from '../../ui/limit-fields.tsx'
import { OptionSwitch } from '../../ui/option-switch.tsx'
import classes from './apis.module.css'
import { useDesign } from './design.ts'
import { EventHandlers } from './event-handlers.tsx'
import { ExpiryField } from './expiry-field.tsx'

/** Limits for all callers together, addresses, events and the API's end. */
export function Advanced() {
  const { at, get, definition } = useDesign()
  return (
    <>
      <FormSection
        title="Limits for all callers together"
        about="They hold beside those of keys and policies, for open APIs too."
      >
        <GlobalRate />
        <SimpleGrid cols={{ base: 1, sm: 2 }} className={classes.aligned}>
          <NumberField
            {...at('max_concurrency')}
            label="Requests at the same time"
            about="Empty or 0: as many as come"
          />
          <TextField
            {...at('cost_header')}
            label="Header with the real cost"
            about="The target’s reply tells it; it is charged, and not passed on"
            placeholder="x-request-cost"
            isMono
          />
        </SimpleGrid>
        <Text size="xs" c="dimmed">
          Limits of single paths and what a request costs are rules on the tab Endpoints.
        </Text>
      </FormSection>
      <FormSection title="Limits of keys" about="Whether what keys and policies say is counted at this API.">
        <SwitchField {...at('disable_rate_limit')} label="Rates of keys hold here" isOpposite />
        <SwitchField {...at('disable_quota')} label="Quotas of keys hold here" isOpposite />
      </FormSection>
      <FormSection
        title="Addresses"
        about="Where callers may come from: addresses or ranges such as 10.0.0.0/8."
      >
        <SwitchField {...at('enable_ip_whitelisting')} label="Only listed addresses are let in" />
        {get('enable_ip_whitelisting') === true && (
          <WordsField
            {...at('allowed_ips')}
            label="Allowed addresses"
            about="While the list is empty, everyone is let in"
            placeholder="10.0.0.0/8"
          />
        )}
        <SwitchField {...at('enable_ip_blacklisting')} label="Listed addresses are refused" />
        {get('enable_ip_blacklisting') === true && (
          <WordsField {...at('blacklisted_ips')} label="Blocked addresses" placeholder="192.0.2.1" />
        )}
      </FormSection>
      <EventHandlers />
      <FormSection title="The end of the API" about="From then on every request is refused.">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <ExpiryField {...at('expiration')} label="API expires" about="UTC; empty: never" />
          {recordOf(definition).expiration_disabled === true && (
            <Group align="flex-end">
              <SwitchField {...at('expiration_disabled')} label="This end is in force" isOpposite />
            </Group>
          )}
        </SimpleGrid>
      </FormSection>
    </>
  )
}

function GlobalRate() {
  const { at, get, set, stored } = useDesign()
  const limit = recordOf(get('global_rate_limit'))
  const hasRate = amount(limit.rate) > 0 && amount(limit.per) > 0
  const isOn = hasRate && limit.disabled !== true
  const field = (name: string) => at('global_rate_limit', name)
  const switchTo = (next: boolean) => {
    const was = recordOf(stored.api_definition.global_rate_limit).disabled
    // Off and on again is no change: the flag goes back to what it was.
    if (!next) set(['global_rate_limit', 'disabled'], was === true ? was : true)
    else {
      set(['global_rate_limit', 'disabled'], was === true ? false : was)
      if (amount(limit.rate) <= 0) set(['global_rate_limit', 'rate'], 1000)
      if (amount(limit.per) <= 0) set(['global_rate_limit', 'per'], 60)
    }
  }
  return (
    <OptionSwitch
      label="Rate limit"
      about={isOn ? `${rateInWords({ ...limit })}, from all callers together` : 'As many requests as come'}
      isOn={isOn}
      onSwitch={switchTo}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberField {...field('rate')} label="Requests" min={1} />
        <DurationField {...field('per')} label="Within" />
        <AlgorithmFields path={['global_rate_limit']} />
      </SimpleGrid>
    </OptionSwitch>
  )
}

/** How a rate for all callers counts. */
export function AlgorithmFields({ path }: { readonly path: readonly (string | number)[] }) {
  const { at, get } = useDesign()
  return (
    <>
      <ChoiceField
        {...at(...path, 'algorithm')}
        label="How the rate counts"
        choices={[
          { value: '', label: 'In fixed windows' },
          { value: 'fixed_window', label: 'In fixed windows (set)' },
          { value: 'sliding_window', label: 'In a sliding window' },
          { value: 'token_bucket', label: 'As a bucket of tokens' },
        ]}
      />
      {get(...path, 'algorithm') === 'token_bucket' && (
        <NumberField
          {...at(...path, 'burst')}
          label="Burst"
          about="Requests that may come at once; empty: as many as the rate"
          min={1}
        />
      )}
    </>
  )
}
