import {
  ActionIcon,
  Button,
  Collapse,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Text,
  TextInput,
  UnstyledButton,
} from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight, IconPlus, IconX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { Path } from '../lib/document-form.ts'
import { isRecord, text } from '../lib/json-values.ts'
import { counted } from '../lib/numbers.ts'
import type { DocumentForm } from '../lib/use-document-form.ts'
import { LimitFields } from '../ui/limit-fields.tsx'
import { OptionSwitch } from '../ui/option-switch.tsx'
import { RatesField } from '../ui/rates-field.tsx'
import type { Right } from './rights.ts'

type Props = {
  readonly form: DocumentForm
  readonly right: Right
  readonly error: unknown
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** What else a rule can say: which paths, and limits of its own. */
export function RuleDetails(props: Props) {
  const [opened, { toggle }] = useDisclosure(false)
  const { form, right } = props
  const at = (name: string): Path => ['access_rights', right.apiId, name]
  const urls = listAt(form, at('allowed_urls'))
  const endpoints = listAt(form, at('endpoints'))
  const hasLimit = isRecord(form.get(at('limit')))
  const said = [
    ...(urls.length > 0 ? [counted(urls.length, 'allowed path')] : []),
    ...(hasLimit ? ['limits of its own'] : []),
    ...(endpoints.length > 0 ? [counted(endpoints.length, 'limited path')] : []),
  ]
  const summary = said.length === 0 ? 'All paths, the limits below' : said.join(', ')
  const Icon = opened ? IconChevronDown : IconChevronRight
  return (
    <>
      <UnstyledButton onClick={toggle} aria-expanded={opened} aria-label={`${summary}: ${right.name}`} mt={6}>
        <Group gap={4} c="var(--link)">
          <Icon size={15} />
          <Text size="sm">{summary}</Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened}>
        {opened && (
          <Stack gap="md" mt="sm">
            <OptionSwitch
              label="Only some paths"
              about="Everything else is refused with 403"
              isOn={urls.length > 0}
              onSwitch={(isOn) =>
                form.set(at('allowed_urls'), isOn ? [{ url: '/get', methods: ['GET'] }] : [])
              }
            >
              <AllowedUrls list={urls} onChange={(next) => form.set(at('allowed_urls'), next)} />
            </OptionSwitch>
            <OptionSwitch
              label="Limits of its own on this API"
              about="In place of the common limits, with counters of their own"
              isOn={hasLimit}
              onSwitch={(isOn) => form.set(at('limit'), isOn ? ownLimit : undefined)}
            >
              <LimitFields form={form} path={at('limit')} error={props.error} />
              <RatesField form={form} path={[...at('limit'), 'rates']} label="Further windows" />
            </OptionSwitch>
            <OptionSwitch
              label="Other rates on single paths"
              about="In place of the rate around them"
              isOn={endpoints.length > 0}
              onSwitch={(isOn) => form.set(at('endpoints'), isOn ? [newEndpoint] : [])}
            >
              <Endpoints list={endpoints} onChange={(next) => form.set(at('endpoints'), next)} />
            </OptionSwitch>
          </Stack>
        )}
      </Collapse>
    </>
  )
}

const ownLimit = { rate: 1000, per: 60, quota_max: -1, quota_renewal_rate: 3600 }
const newEndpoint = { path: '/get', methods: [{ name: 'GET', limit: { rate: 100, per: 60 } }] }

type ListProps = {
  readonly list: readonly unknown[]
  readonly onChange: (next: readonly unknown[]) => void
}

function AllowedUrls({ list, onChange }: ListProps) {
  return (
    <Lines list={list} onChange={onChange} added={{ url: '/', methods: [] }} action="Add a path" what="path">
      {(entry, index) => {
        const put = (values: object) => onChange(list.with(index, { ...entry, ...values }))
        const chosen = Array.isArray(entry.methods) ? entry.methods.map(String) : []
        return (
          <>
            <TextInput
              aria-label={`Path ${index + 1}`}
              placeholder="/orders/{id}"
              flex={1}
              miw={160}
              value={text(entry.url)}
              onChange={(event) => put({ url: event.currentTarget.value })}
            />
            <MultiSelect
              aria-label={`Methods of path ${index + 1}`}
              {...(chosen.length === 0 && { placeholder: 'Any method' })}
              flex={1}
              miw={180}
              data={[...new Set([...methods, ...chosen])]}
              value={[...new Set(chosen)]}
              onChange={(next) => put({ methods: next })}
            />
          </>
        )
      }}
    </Lines>
  )
}

function Endpoints({ list, onChange }: ListProps) {
  return (
    <Lines list={list} onChange={onChange} added={newEndpoint} action="Add a path" what="limited path">
      {(entry, index) => {
        const inner: readonly unknown[] = Array.isArray(entry.methods) ? entry.methods : []
        const first = isRecord(inner[0]) ? inner[0] : {}
        const limit = isRecord(first.limit) ? first.limit : {}
        const putMethod = (values: object) =>
          onChange(list.with(index, { ...entry, methods: [{ ...first, ...values }, ...inner.slice(1)] }))
        const putLimit = (name: string, value: string | number) => {
          if (typeof value === 'number' && value !== limit[name])
            putMethod({ limit: { ...limit, [name]: value } })
        }
        return (
          <>
            <Select
              aria-label={`Method of limited path ${index + 1}`}
              w={110}
              data={[...new Set(['ALL', ...methods, text(first.name) || 'ALL'])]}
              value={text(first.name) || 'ALL'}
              allowDeselect={false}
              onChange={(name) => name !== null && putMethod({ name })}
            />
            <TextInput
              aria-label={`Limited path ${index + 1}`}
              flex={1}
              miw={140}
              value={text(entry.path)}
              onChange={(event) => onChange(list.with(index, { ...entry, path: event.currentTarget.value }))}
            />
            <NumberInput
              aria-label={`Requests on limited path ${index + 1}`}
              w={100}
              thousandSeparator=","
              value={typeof limit.rate === 'number' ? limit.rate : ''}
              onChange={(value) => putLimit('rate', value)}
            />
            <Text size="sm">in</Text>
            <NumberInput
              aria-label={`Seconds on limited path ${index + 1}`}
              w={120}
              suffix=" seconds"
              value={typeof limit.per === 'number' ? limit.per : ''}
              onChange={(value) => putLimit('per', value)}
            />
            {inner.length > 1 && (
              <Text size="xs" c="dimmed">
                and {counted(inner.length - 1, 'more method')}, in the document
              </Text>
            )}
          </>
        )
      }}
    </Lines>
  )
}

/** A list of entries, each a line that can be removed. */
function Lines(
  props: ListProps & {
    readonly added: unknown
    readonly action: string
    readonly what: string
    readonly children: (entry: Readonly<Record<string, unknown>>, index: number) => ReactNode
  },
) {
  return (
    <Stack gap="xs">
      {props.list.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: entries have nothing but their place
        <Group key={index} gap="xs" align="center">
          {props.children(isRecord(entry) ? entry : {}, index)}
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${props.what} ${index + 1}`}
            onClick={() => props.onChange(props.list.toSpliced(index, 1))}
          >
            <IconX size={16} />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() => props.onChange([...props.list, props.added])}
      >
        {props.action}
      </Button>
    </Stack>
  )
}

function listAt(form: DocumentForm, path: Path): readonly unknown[] {
  const value = form.get(path)
  return Array.isArray(value) ? value : []
}
