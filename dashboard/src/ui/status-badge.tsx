import { Badge, Tooltip } from '@mantine/core'
import {
  IconAlertTriangle,
  IconCheck,
  IconCircleX,
  IconInfoCircle,
  IconPlayerPause,
} from '@tabler/icons-react'

const tones = {
  good: { color: 'teal', icon: IconCheck },
  warn: { color: 'yellow', icon: IconAlertTriangle },
  bad: { color: 'red', icon: IconCircleX },
  off: { color: 'gray', icon: IconPlayerPause },
  info: { color: 'blue', icon: IconInfoCircle },
} as const

/** How things stand: its colour and its icon. */
export type Tone = keyof typeof tones

/** A status in one word, with an icon, so that colour is never alone. `why` is told on hover. */
export function StatusBadge(props: { readonly tone: Tone; readonly word: string; readonly why?: string }) {
  const { color, icon: Icon } = tones[props.tone]
  const badge = (
    <Badge
      variant="light"
      color={color}
      tt="none"
      fw={600}
      radius="sm"
      leftSection={<Icon size={13} stroke={2.4} />}
      styles={{ root: { minWidth: 'max-content' }, label: { color: 'var(--mantine-color-text)' } }}
    >
      {props.word}
    </Badge>
  )
  return props.why === undefined ? badge : <Tooltip label={props.why}>{badge}</Tooltip>
}
