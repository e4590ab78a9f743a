import { ActionIcon, Button, Group, NumberInput, Stack, Text, Tooltip } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { limitInWords } from '@tollgate/model/limits/limit-in-words'
import type { FieldProps } from './fields.tsx'

/** Further windows that hold at the same time as the rate: 10 each second and 1,000 each hour. */
export function RatesField(props: FieldProps) {
  const stored = props.form.get(props.path)
  const rates: readonly unknown[] = Array.isArray(stored) ? stored : []
  const set = (next: readonly unknown[]) => props.form.set(props.path, next)
  const put = (index: number, name: 'rate' | 'per', value: string | number) => {
    if (typeof value !== 'number') return
    set(rates.with(index, { ...fields(rates[index]), [name]: value }))
  }
  return (
    <Stack gap="xs" role="group" aria-label={props.label}>
      <div>
        <Text size="sm" fw={500}>
          {props.label}
        </Text>
        {props.about !== undefined && (
          <Text size="xs" c="dimmed">
            {props.about}
          </Text>
        )}
      </div>
      {rates.map((window, index) => {
        const rate = amount(fields(window).rate)
        const per = amount(fields(window).per)
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: windows have nothing but their place
          <Group key={index} gap="xs" align="center" wrap="wrap">
            <NumberInput
              aria-label={`Requests, window ${index + 1}`}
              w={120}
              min={1}
              thousandSeparator=","
              value={rate ?? ''}
              onChange={(value) => value !== rate && put(index, 'rate', value)}
            />
            <Text size="sm">in</Text>
            <NumberInput
              aria-label={`Seconds, window ${index + 1}`}
              w={140}
              min={1}
              suffix=" seconds"
              value={per ?? ''}
              onChange={(value) => value !== per && put(index, 'per', value)}
            />
            <Tooltip label="Remove this window">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Remove window ${index + 1}`}
                onClick={() => set(rates.toSpliced(index, 1))}
              >
                <IconX size={16} />
              </ActionIcon>
            </Tooltip>
            {rate !== undefined && per !== undefined && (
              <Text size="xs" c="dimmed">
                {words(rate, per)}
              </Text>
            )}
          </Group>
        )
      })}
      <Button
        variant="default"
        size="xs"
        leftSection={<IconPlus size={14} />}
        style={{ alignSelf: 'flex-start' }}
        onClick={() => set([...rates, { rate: 10, per: 1 }])}
      >
        Add a window
      </Button>
    </Stack>
  )
}

function words(rate: number, per: number): string {
  return limitInWords({
    algorithm: 'fixed-window',
    max: rate,
    burst: rate,
    windowMs: per * 1000,
    calendar: undefined,
  })
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
