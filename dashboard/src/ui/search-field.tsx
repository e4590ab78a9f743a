import { CloseButton, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'

/** How long typing has to pause before a search is asked, milliseconds. */
const pauseMs = 250

/** The search of a list. `/` leads to it, Escape empties it. */
export function SearchField(props: {
  readonly label: string
  readonly value: string
  readonly onSearch: (text: string) => void
}) {
  const [text, setText] = useState(props.value)
  useEffect(() => setText(props.value), [props.value])
  const later = useDebouncedCallback(props.onSearch, pauseMs)
  const change = (next: string) => {
    setText(next)
    later(next.trim())
  }
  return (
    <TextInput
      type="search"
      aria-label={props.label}
      placeholder={props.label}
      leftSection={<IconSearch size={16} />}
      rightSection={
        text !== '' && <CloseButton size="sm" aria-label="Clear the search" onClick={() => change('')} />
      }
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && text !== '') change('')
      }}
      w={{ base: '100%', xs: 320 }}
    />
  )
}
