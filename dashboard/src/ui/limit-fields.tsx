import {
  Collapse,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  UnstyledButton,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import type { Algorithm } from '@tollgate/model/limits/counters'
import { rateAlgorithms } from '@tollgate/model/limits/limit'
import { limitInWords } from '@tollgate/model/limits/limit-in-words'
import { useState } from 'react'
import type { Path } from '../lib/document-form.ts'
import type { DocumentForm } from '../lib/use-document-form.ts'
import { ChoiceField, type FieldProps, NumberField, TextField } from './fields.tsx'

type LimitProps = Pick<FieldProps, 'form' | 'path' | 'error'>

/**
 * The limits of a block that carries them: a session or policy (path `[]`), or an API's own limit. In words, because
 * nobody should have to work out what 86400 is.
 */
export function LimitFields(props: LimitProps & { readonly withoutQuota?: boolean }) {
  return (
    <Stack gap="lg">
      <Rate {...props} />
      {!props.withoutQuota && <Quota {...props} />}
      <More {...props} />
    </Stack>
  )
}

function Rate(props: LimitProps) {
  const at = (name: string): Path => [...props.path, name]
  const rate = numberAt(props.form, at('rate'))
  const per = numberAt(props.form, at('per'))
  const isOn = rate > 0 && per > 0
  return (
    <div>
      <Switch
        label="Rate limit"
        description={isOn ? rateInWords(props.form, props.path) : 'As many requests as come'}
        checked={isOn}
        onChange={(event) => {
          const { checked } = event.currentTarget
          props.form.set(at('rate'), checked ? 1000 : -1)
          props.form.set(at('per'), checked ? 60 : -1)
        }}
      />
      {isOn && (
        <SimpleGrid cols={{ base: 1, xs: 2 }} mt="sm">
          <NumberField {...props} path={at('rate')} label="Requests" min={1} />
          <DurationField {...props} path={at('per')} label="Within" />
        </SimpleGrid>
      )}
    </div>
  )
}

function Quota(props: LimitProps) {
  const at = (name: string): Path => [...props.path, name]
  const max = numberAt(props.form, at('quota_max'))
  const renewal = numberAt(props.form, at('quota_renewal_rate'))
  const calendar = props.form.get(at('quota_calendar'))
  const isOn = max > 0
  const timeZone = props.form.get(at('quota_time_zone'))
  const words = limitInWords({
    algorithm: 'fixed-window',
    max,
    burst: max,
    windowMs: Math.max(0, renewal) * 1000,
    calendar: isCalendar(calendar)
      ? { unit: calendar, timeZone: typeof timeZone === 'string' && timeZone !== '' ? timeZone : 'UTC' }
      : undefined,
  })
  return (
    <div>
      <Switch
        label="Quota"
        description={isOn ? words : 'No quota'}
        checked={isOn}
        onChange={(event) => {
          const { checked } = event.currentTarget
          props.form.set(at('quota_max'), checked ? 10_000 : -1)
          if (checked && !(renewal > 0)) props.form.set(at('quota_renewal_rate'), 86_400)
        }}
      />
      {isOn && (
        <SimpleGrid cols={{ base: 1, xs: 2 }} mt="sm">
          <NumberField {...props} path={at('quota_max')} label="Requests in all" min={1} />
          <ChoiceField
            {...props}
            path={at('quota_calendar')}
            label="Renewed"
            choices={[
              { value: '', label: 'A while after the first request' },
              { value: 'day', label: 'Each day of the calendar' },
              { value: 'week', label: 'Each week of the calendar' },
              { value: 'month', label: 'Each month of the calendar' },
            ]}
          />
          {calendar ? (
            <TextField {...props} path={at('quota_time_zone')} label="Time zone" placeholder="UTC" />
          ) : (
            <DurationField {...props} path={at('quota_renewal_rate')} label="Renewed after" />
          )}
        </SimpleGrid>
      )}
    </div>
  )
}

function More(props: LimitProps) {
  const [opened, { toggle }] = useDisclosure(false)
  const at = (name: string): Path => [...props.path, name]
  const algorithm = props.form.get(at('rate_algorithm'))
  const Icon = opened ? IconChevronDown : IconChevronRight
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={opened}>
        <Group gap={4} c="var(--link)">
          <Icon size={16} />
          <Text size="sm">More about limits</Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened}>
        <SimpleGrid cols={{ base: 1, xs: 2 }} mt="sm">
          <ChoiceField
            {...props}
            path={at('rate_algorithm')}
            label="How the rate counts"
            choices={[
              { value: '', label: 'In fixed windows' },
              { value: 'fixed_window', label: 'In fixed windows (set)' },
              { value: 'sliding_window', label: 'In a sliding window' },
              { value: 'token_bucket', label: 'As a bucket of tokens' },
            ]}
          />
          {algorithm === 'token_bucket' && (
            <NumberField
              {...props}
              path={at('rate_burst')}
              label="Burst"
              about="Requests that may come at once"
              min={1}
            />
          )}
          <NumberField
            {...props}
            path={at('max_concurrency')}
            label="Requests at the same time"
            about="Empty or 0: as many as come"
          />
          <NumberField
            {...props}
            path={at('throttle_interval')}
            label="Retry within, instead of refusing"
            about="Seconds between attempts; -1 is off"
          />
          <NumberField {...props} path={at('throttle_retry_limit')} label="Attempts" about="-1 is off" />
        </SimpleGrid>
      </Collapse>
    </div>
  )
}

const units = [
  { value: '1', label: 'seconds' },
  { value: '60', label: 'minutes' },
  { value: '3600', label: 'hours' },
  { value: '86400', label: 'days' },
  { value: '604800', label: 'weeks' },
] as const

/** A time span that the document holds in seconds, edited as a number and a unit. */
export function DurationField(props: FieldProps) {
  const seconds = numberAt(props.form, props.path)
  const [chosen, setChosen] = useState<string>()
  const largest = units.findLast(({ value }) => seconds >= Number(value) && seconds % Number(value) === 0)
  const unit = chosen ?? largest?.value ?? '1'
  const change = (amount: string | number, inUnit: string) => {
    if (typeof amount === 'number') props.form.set(props.path, amount * Number(inUnit))
  }
  const amount = seconds / Number(unit)
  return (
    <Group gap="xs" align="flex-end" wrap="nowrap">
      <NumberInput
        label={props.label}
        {...(props.about !== undefined && { description: props.about })}
        flex={1}
        min={0}
        clampBehavior="none"
        value={amount}
        onChange={(next) => next !== amount && change(next, unit)}
      />
      <Select
        aria-label={`Unit of ${props.label}`}
        w={116}
        data={units}
        value={unit}
        allowDeselect={false}
        onChange={(next) => {
          if (next === null) return
          setChosen(next)
          change(amount, next)
        }}
      />
    </Group>
  )
}

function rateInWords(form: DocumentForm, path: Path): string {
  const max = numberAt(form, [...path, 'rate'])
  const name = form.get([...path, 'rate_algorithm'])
  const known: Readonly<Record<string, Algorithm>> = rateAlgorithms
  return limitInWords({
    algorithm: (typeof name === 'string' ? known[name] : undefined) ?? 'fixed-window',
    max,
    burst: numberAt(form, [...path, 'rate_burst']) || max,
    windowMs: numberAt(form, [...path, 'per']) * 1000,
    calendar: undefined,
  })
}

function isCalendar(value: unknown): value is 'day' | 'week' | 'month' {
  return value === 'day' || value === 'week' || value === 'month'
}

function numberAt(form: DocumentForm, path: Path): number {
  const value = form.get(path)
  return typeof value === 'number' ? value : 0
}
