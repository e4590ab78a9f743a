import { Select } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { apiChoiceQuery, apiChoicesQuery, policiesOfQuery, policyChoicesQuery } from '../../access/choices.ts'

type Props = { readonly value: string; readonly onChange: (id: string) => void }
type Named = { readonly id: string; readonly name: string }

/** Narrows the list to the keys of one API. */
export function ApiFilter({ value, onChange }: Props) {
  const [typed, setTyped] = useState('')
  const [asked] = useDebouncedValue(typed, 200)
  const [isOpen, setOpen] = useState(false)
  const chosen = useQuery(apiChoiceQuery(value)).data
  const found = useQuery(apiChoicesQuery(asked === chosen?.name ? '' : asked, isOpen)).data?.apis ?? []
  return (
    <Filter
      label="API"
      any="Any API"
      value={value}
      onChange={onChange}
      choices={chosen ? [chosen, ...found.filter(({ id }) => id !== chosen.id)] : found}
      onOpen={() => setOpen(true)}
      typed={typed}
      onType={setTyped}
    />
  )
}

/** Narrows the list to the keys that a policy is applied to. */
export function PolicyFilter({ value, onChange }: Props) {
  const [typed, setTyped] = useState('')
  const [asked] = useDebouncedValue(typed, 200)
  const [isOpen, setOpen] = useState(false)
  const chosen = useQuery(policiesOfQuery(value === '' ? [] : [value])).data?.[0]
  const found = useQuery(policyChoicesQuery(asked === chosen?.name ? '' : asked, isOpen)).data ?? []
  return (
    <Filter
      label="Policy"
      any="Any policy"
      value={value}
      onChange={onChange}
      choices={chosen && value ? [chosen, ...found.filter(({ id }) => id !== chosen.id)] : found}
      onOpen={() => setOpen(true)}
      typed={typed}
      onType={setTyped}
    />
  )
}

function Filter(
  props: Props & {
    readonly label: string
    readonly any: string
    readonly choices: readonly Named[]
    readonly onOpen: () => void
    readonly typed: string
    readonly onType: (text: string) => void
  },
) {
  return (
    <Select
      aria-label={props.label}
      placeholder={props.any}
      w={160}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': props.any }}
      data={props.choices.map(({ id, name }) => ({ value: id, label: name }))}
      filter={({ options }) => options}
      value={props.value || null}
      onChange={(id) => props.onChange(id ?? '')}
      onDropdownOpen={props.onOpen}
      searchValue={props.typed}
      onSearchChange={props.onType}
      nothingFoundMessage="Nothing has this name"
    />
  )
}
