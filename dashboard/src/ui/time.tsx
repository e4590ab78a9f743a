import { Text, Tooltip } from '@mantine/core'
import { momentOf, timeInWords } from '../lib/time-in-words.ts'

const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })

/**
 * A moment, relative, with the exact one on hover and focus.
 * @param props.at RFC 3339 text or unix seconds
 * @param props.never what to say where there is none
 */
export function Time(props: { readonly at: unknown; readonly never?: string }) {
  const ms = momentOf(props.at)
  if (ms === undefined) {
    return (
      <Text span inherit c="dimmed">
        {props.never ?? 'never'}
      </Text>
    )
  }
  return (
    <Tooltip label={exact.format(ms)}>
      <time dateTime={new Date(ms).toISOString()} style={{ whiteSpace: 'nowrap' }}>
        {timeInWords(ms, Date.now())}
      </time>
    </Tooltip>
  )
}
