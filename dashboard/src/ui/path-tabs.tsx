import { Tabs } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** Tabs of a page, each with an address of its own; only the current one is drawn. */
export function PathTabs(props: {
  readonly label: string
  readonly tabs: readonly { readonly value: string; readonly label: ReactNode; readonly to: string }[]
  readonly current: string
  readonly children: ReactNode
}) {
  const navigate = useNavigate()
  const change = (value: string | null) => {
    const tab = props.tabs.find((one) => one.value === value)
    if (tab !== undefined) void navigate({ to: tab.to })
  }
  return (
    <Tabs value={props.current} onChange={change} activateTabWithKeyboard={false}>
      <Tabs.List aria-label={props.label} mb="lg">
        {props.tabs.map(({ value, label }) => (
          <Tabs.Tab key={value} value={value}>
            {label}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {props.tabs.map(({ value }) => (
        <Tabs.Panel key={value} value={value}>
          {value === props.current && props.children}
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
