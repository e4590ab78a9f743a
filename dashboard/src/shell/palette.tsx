import { Loader, Text } from '@mantine/core'
import { Spotlight, spotlight } from '@mantine/spotlight'
import {
  IconArrowRight,
  IconBolt,
  IconChevronRight,
  IconFileDescription,
  IconHistory,
  IconSearch,
} from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { mayRead, useMe, usePermissions } from '../api/me.ts'
import { features } from '../features.ts'
import type { Command, Found, MenuEntry } from '../lib/feature.ts'
import { toastFailed } from '../ui/toast.tsx'
import { type FoundOfKind, usePaletteSearch } from './palette-search.ts'
import { useRecent } from './recent.ts'
import shellClasses from './shell.module.css'

const pages: readonly PageEntry[] = features.flatMap((feature) => [
  ...(feature.menu ?? []),
  ...(feature.userMenu ?? []),
])
const commands = features.flatMap((feature) => feature.commands ?? [])

type PageEntry = Pick<MenuEntry, 'label' | 'to' | 'permission'>
type Target = { readonly label: string; readonly to: string }

/** The palette of Ctrl-K: finds pages and things by the server's search, and acts. */
export function Palette() {
  const [query, setQuery] = useState('')
  const [chosen, setChosen] = useState<Found>()
  const field = useRef<HTMLInputElement>(null)
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const may = usePermissions()
  const [recent, remember] = useRecent(useMe().user.id)
  const { found, isWaiting } = usePaletteSearch(chosen === undefined ? query : '')
  // What the server found comes after the typing, when nothing was there to be chosen: the first one then is.
  const shown = `${chosen?.id} ${found.map(({ things }) => things.map(({ id }) => id)).join()}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: chosen anew when other things are shown
  useEffect(() => {
    selectFirst(field.current)
  }, [shown])
  const words = query.trim().toLowerCase().split(/\s+/)
  const fits = (label: string) => words.every((word) => label.toLowerCase().includes(word))
  const allowed = ({ permission, label }: Command) =>
    fits(label) && (permission === undefined || may(...permission))

  const go = ({ label, to }: Target) => {
    spotlight.close()
    remember({ label, to })
    void navigate({ to })
  }
  const perform = async (command: Command) => {
    spotlight.close()
    if ('to' in command) return void navigate({ to: command.to })
    try {
      await command.run()
      // What it has changed may be shown behind the palette.
      await queryClient.invalidateQueries()
    } catch (error) {
      toastFailed(error, command.label)
    }
  }
  const action = (command: Command) => (
    <Spotlight.Action
      key={command.label}
      label={command.label}
      leftSection={<IconBolt size={17} />}
      onClick={() => void perform(command)}
    />
  )
  const shownPages = pages.filter((page) => fits(page.label) && mayRead(may, page.permission))
  const shownCommands = commands.filter(allowed)
  const isEmpty =
    !isWaiting &&
    shownPages.length + shownCommands.length === 0 &&
    found.every(({ things, hasFailed }) => things.length === 0 && !hasFailed)
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={() => setChosen(undefined)}
      shortcut={['mod + K']}
      tagsToIgnore={[]}
      triggerOnContentEditable
      scrollable
      maxHeight={460}
      // It grows and shrinks with what is found: at its upper edge nothing jumps.
      centered={false}
      yOffset="12vh"
      classNames={{ actionDescription: shellClasses.described }}
      onKeyDown={(event) => chooseByKey(event, found, setChosen, setQuery)}
    >
      <Spotlight.Search
        ref={(node) => {
          field.current = node
          // Spotlight has no other way to name its dialog.
          node?.closest('[role="dialog"]')?.setAttribute('aria-label', 'Find or do')
        }}
        placeholder={
          chosen ? `What to do with ${chosen.label}` : 'Find an API, a key, a page… or do something'
        }
        aria-label="Find or do"
        leftSection={<IconSearch size={18} />}
        rightSection={isWaiting ? <Loader size="xs" /> : undefined}
      />
      <Spotlight.ActionsList aria-label="Found">
        {chosen ? (
          <Spotlight.ActionsGroup label={chosen.label}>
            <Spotlight.Action
              label={`Open ${chosen.label}`}
              leftSection={<IconArrowRight size={17} />}
              onClick={() => go(chosen)}
            />
            {(chosen.actions ?? []).filter(allowed).map(action)}
          </Spotlight.ActionsGroup>
        ) : (
          <>
            {found.map((kind) => (
              <FoundGroup key={kind.label} kind={kind} onOpen={go} />
            ))}
            {query.trim() === '' && (
              <Group label="Recent">
                {recent.map((target) => (
                  <Spotlight.Action
                    key={target.to}
                    label={target.label}
                    leftSection={<IconHistory size={17} />}
                    onClick={() => go(target)}
                  />
                ))}
              </Group>
            )}
            <Group label="Actions">{shownCommands.map(action)}</Group>
            <Group label="Pages">
              {shownPages.map((page) => (
                <Spotlight.Action
                  key={page.to}
                  label={page.label}
                  leftSection={<IconFileDescription size={17} />}
                  onClick={() => go(page)}
                />
              ))}
            </Group>
            {isEmpty && <Spotlight.Empty>Nothing is called that</Spotlight.Empty>}
          </>
        )}
      </Spotlight.ActionsList>
      <Spotlight.Footer>
        <Text size="xs" c="dimmed">
          {chosen
            ? 'Enter does it · Shift Tab leads back · Esc closes'
            : 'Enter opens · Tab shows what can be done with it · Esc closes'}
        </Text>
      </Spotlight.Footer>
    </Spotlight.Root>
  )
}

/** Things of one kind, or that they could not be searched. */
function FoundGroup(props: { readonly kind: FoundOfKind; readonly onOpen: (thing: Found) => void }) {
  const { label, things, hasFailed } = props.kind
  if (hasFailed) {
    return (
      <Text c="red" size="sm" px="md" py="xs" role="alert">
        {label} could not be searched
      </Text>
    )
  }
  return (
    <Group label={label}>
      {things.map((thing) => (
        <Spotlight.Action
          key={thing.id}
          data-found={thing.id}
          label={thing.label}
          {...(thing.description && { description: thing.description })}
          leftSection={<IconArrowRight size={17} />}
          rightSection={
            thing.actions && <IconChevronRight size={15} aria-label="Tab shows what can be done" />
          }
          onClick={() => props.onOpen(thing)}
        />
      ))}
    </Group>
  )
}

/** A group that has no heading when it is empty. */
function Group({
  label,
  children,
}: {
  readonly label: string
  readonly children: readonly React.ReactNode[]
}) {
  return children.length === 0 ? null : (
    <Spotlight.ActionsGroup label={label}>{children}</Spotlight.ActionsGroup>
  )
}

/** Spotlight moves its choice by keys alone: down, from nothing, is the first. */
function selectFirst(field: HTMLInputElement | null): void {
  if (field === null || document.querySelector('[data-action][data-selected]') !== null) return
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', code: 'ArrowDown', bubbles: true }))
}

/** Tab on something that was found shows what can be done with it; Shift-Tab leads back. */
function chooseByKey(
  event: KeyboardEvent,
  found: readonly FoundOfKind[],
  setChosen: (thing: Found | undefined) => void,
  setQuery: (query: string) => void,
): void {
  if (event.key !== 'Tab') return
  event.preventDefault()
  if (event.shiftKey) {
    setChosen(undefined)
    return
  }
  const selected = document.querySelector<HTMLElement>('[data-found][data-selected]')?.dataset.found
  const thing = found.flatMap(({ things }) => things).find(({ id }) => id === selected)
  if (thing?.actions === undefined) return
  setChosen(thing)
  setQuery('')
}
