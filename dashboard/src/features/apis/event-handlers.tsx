import { ActionIcon, Button, Group, Select, Stack, Text, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { listOf, recordOf, text } from '../../lib/json-values.ts'
import { SwitchField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { useDesign } from './design.ts'
import { webhooksQuery } from './queries.ts'

const events = [
  { value: 'AuthFailure', label: 'A key was refused' },
  { value: 'KeyExpired', label: 'An expired key was used' },
  { value: 'RatelimitExceeded', label: 'A rate limit was hit' },
  { value: 'QuotaExceeded', label: 'A quota was used up' },
  { value: 'OrgRateLimitExceeded', label: 'The organisation’s rate limit was hit' },
  { value: 'OrgQuotaExceeded', label: 'The organisation’s quota was used up' },
  { value: 'VersionFailure', label: 'A path or version was refused' },
]

const logHandler = 'eh_log_handler'

/** Who is told of what happens at this API: webhooks, and the log. */
export function EventHandlers() {
  const { form, set, at, definition, isReadOnly } = useDesign()
  const references = listOf(form.get(['hook_references']))
  const stored = recordOf(recordOf(definition.event_handlers).events)
  const hooks = new Set(references.map((one) => text(recordOf(recordOf(one).hook).id)))
  const own = Object.entries(stored).flatMap(([event, handlers]) =>
    listOf(handlers).map((handler, index) => ({ event, handler: recordOf(handler), index })),
  )
  // Handlers that the server made of a reference are shown once, as the reference.
  const others = own.filter(({ handler }) => !hooks.has(text(recordOf(handler.handler_meta).id)))
  return (
    <FormSection title="Events" about="Who is told of what happens at this API.">
      {own.length > 0 && (
        <SwitchField {...at('event_handlers_disabled')} label="Events are told" isOpposite />
      )}
      {references.length + others.length === 0 && (
        <Text size="sm" c="dimmed">
          Nobody is told.
        </Text>
      )}
      <Stack gap="xs">
        {references.map((one, index) => (
          <Handler
            // biome-ignore lint/suspicious/noArrayIndexKey: references have nothing but their place
            key={index}
            event={text(recordOf(one).event_name)}
            teller={`Webhook ${text(recordOf(recordOf(one).hook).name)}`}
            onRemove={
              isReadOnly ? undefined : () => form.set(['hook_references'], references.toSpliced(index, 1))
            }
          />
        ))}
        {others.map(({ event, handler, index }) => (
          <Handler
            key={`${event} ${index}`}
            event={event}
            teller={tellerOf(handler)}
            onRemove={
              isReadOnly
                ? undefined
                : () => set(['event_handlers', 'events', event], listOf(stored[event]).toSpliced(index, 1))
            }
          />
        ))}
      </Stack>
      {!isReadOnly && <AddHandler />}
    </FormSection>
  )
}

function tellerOf(handler: Readonly<Record<string, unknown>>): string {
  const { handler_name: name, handler_meta: meta } = handler
  if (name === logHandler) return 'The log'
  return name === 'eh_web_hook_handler'
    ? `Webhook to ${text(recordOf(meta).target_path)}`
    : `${text(name)} (not told: Tollgate does not know this handler)`
}

function Handler(props: {
  readonly event: string
  readonly teller: string
  readonly onRemove: (() => void) | undefined
}) {
  const words = events.find(({ value }) => value === props.event)?.label ?? props.event
  return (
    <Group gap="xs">
      <Text size="sm">
        {words} → <b>{props.teller}</b>
      </Text>
      {props.onRemove !== undefined && (
        <Tooltip label="Remove">
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Do not tell ${props.teller} of: ${words}`}
            onClick={props.onRemove}
          >
            <IconX size={16} />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  )
}

function AddHandler() {
  const { form, set, get } = useDesign()
  const mayRead = usePermissions()('hooks', 'read')
  const { data: hooks = [] } = useQuery({ ...webhooksQuery, enabled: mayRead })
  const [event, setEvent] = useState<string | null>(null)
  const [teller, setTeller] = useState<string | null>(null)
  const add = () => {
    if (event === null || teller === null) return
    if (teller === logHandler) {
      const path = ['event_handlers', 'events', event]
      const handler = { handler_name: logHandler, handler_meta: { prefix: event } }
      set(path, [...listOf(get(...path)), handler])
    } else {
      const hook = hooks.find(({ id }) => id === teller)
      const reference = { event_name: event, event_timeout: 60, hook }
      form.set(['hook_references'], [...listOf(form.get(['hook_references'])), reference])
    }
    setEvent(null)
    setTeller(null)
  }
  const tellers = [
    { value: logHandler, label: 'The log' },
    ...hooks.map((hook) => ({
      value: text(hook.id),
      label: `Webhook ${text(hook.name) || text(hook.target_path)}`,
    })),
  ]
  return (
    <Group align="flex-end" gap="xs">
      <Select
        label="When"
        placeholder="Choose an event"
        data={events}
        value={event}
        onChange={setEvent}
        flex={1}
        miw={200}
      />
      <Select
        label="Tell"
        placeholder="Choose who is told"
        data={tellers}
        value={teller}
        onChange={setTeller}
        flex={1}
        miw={180}
      />
      <Button
        variant="default"
        leftSection={<IconPlus size={15} />}
        disabled={event === null || teller === null}
        onClick={add}
      >
        Add
      </Button>
    </Group>
  )
}
