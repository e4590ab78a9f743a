import { AppShell, Burger, Group, Text } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { spotlight } from '@mantine/spotlight'
import { Outlet, useRouterState } from '@tanstack/react-router'
import { Suspense, useEffect } from 'react'
import { useMe } from '../api/me.ts'
import { Brand } from './brand.tsx'
import { useGoByKeys, useGoKeys } from './go-keys.ts'
import { Header } from './header.tsx'
import { KeysHelp } from './keys-help.tsx'
import { MenuOfPages } from './menu.tsx'
import { PagePending } from './page-states.tsx'
import { Palette } from './palette.tsx'
import { ProvisionalPassword } from './provisional-password.tsx'
import classes from './shell.module.css'

/** What stands around every page: menu, header, palette, and the dialog of keys. */
export function Shell() {
  const [menuOpen, menu] = useDisclosure(false)
  const [keysOpen, keys] = useDisclosure(false)
  const path = useRouterState({ select: (state) => state.location.pathname })
  const goKeys = useGoKeys()
  useGoByKeys(goKeys)
  const { close } = menu
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the page changes
  useEffect(close, [path])
  useHotkeys([
    ['shift+?', keys.toggle],
    ['?', keys.toggle],
    ['/', focusSearch],
  ])
  return (
    <>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <AppShell
        header={{ height: 56 }}
        navbar={{ width: 248, breakpoint: 'md', collapsed: { mobile: !menuOpen } }}
        padding={0}
      >
        <AppShell.Header className={classes.header}>
          <Group h="100%" px="md" justify="space-between" wrap="nowrap">
            <Group gap="xs" wrap="nowrap">
              <Burger
                opened={menuOpen}
                onClick={menu.toggle}
                hiddenFrom="md"
                size="sm"
                aria-label={menuOpen ? 'Close the menu' : 'Open the menu'}
                aria-expanded={menuOpen}
              />
              <Brand />
              <Organisation />
            </Group>
            <Header onShowKeys={keys.open} />
          </Group>
        </AppShell.Header>
        <AppShell.Navbar className={classes.navbar}>
          <MenuOfPages />
        </AppShell.Navbar>
        <AppShell.Main className={classes.main}>
          <div id="content" tabIndex={-1} className={classes.content}>
            <ProvisionalPassword />
            <Suspense fallback={<PagePending />}>
              <Outlet />
            </Suspense>
          </div>
        </AppShell.Main>
      </AppShell>
      <Palette />
      <KeysHelp opened={keysOpen} onClose={keys.close} goKeys={goKeys} />
    </>
  )
}

/** Whose records these are. */
function Organisation() {
  const { organisation } = useMe()
  return (
    <Text c="dimmed" size="sm" truncate maw={260} visibleFrom="sm" pl="xs" className={classes.organisation}>
      {organisation === null ? 'All organisations' : organisation.name}
    </Text>
  )
}

/** To the search field of the page; where it has none, the palette searches everything. */
function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('#content input[type="search"]')
  if (field === null) spotlight.open()
  else field.focus()
}
