import {
  ActionIcon,
  Avatar,
  Button,
  Group,
  Kbd,
  Menu,
  Text,
  Tooltip,
  UnstyledButton,
  useMantineColorScheme,
} from '@mantine/core'
import { spotlight } from '@mantine/spotlight'
import {
  IconBook2,
  IconDeviceDesktop,
  IconKeyboard,
  IconLogout,
  IconMoon,
  IconSearch,
  IconSun,
  IconUser,
} from '@tabler/icons-react'
import { useMe } from '../api/me.ts'
import classes from './shell.module.css'
import { signOut } from './sign-in.ts'
import { UserMenuLinks } from './user-menu-links.tsx'

/** The right end of the header: palette, theme, the user's menu. */
export function Header({ onShowKeys }: { readonly onShowKeys: () => void }) {
  return (
    <Group gap="xs" wrap="nowrap">
      <Button
        className={classes.search}
        styles={{ label: { flex: 1, justifyContent: 'flex-start' } }}
        variant="default"
        leftSection={<IconSearch size={16} />}
        rightSection={<Kbd size="xs">Ctrl K</Kbd>}
        onClick={spotlight.open}
        visibleFrom="sm"
      >
        Find or do…
      </Button>
      <ActionIcon
        variant="subtle"
        size="lg"
        hiddenFrom="sm"
        aria-label="Find or do…"
        onClick={spotlight.open}
      >
        <IconSearch size={18} />
      </ActionIcon>
      <ColorSchemeSwitch />
      <UserMenu onShowKeys={onShowKeys} />
    </Group>
  )
}

const schemes = [
  { value: 'auto', label: 'Like the system', icon: IconDeviceDesktop },
  { value: 'light', label: 'Light', icon: IconSun },
  { value: 'dark', label: 'Dark', icon: IconMoon },
] as const

function ColorSchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const index = schemes.findIndex(({ value }) => value === colorScheme)
  const current = schemes[index] ?? schemes[0]
  const next = schemes[(index + 1) % schemes.length] ?? schemes[0]
  return (
    <Tooltip label={`Theme: ${current.label.toLowerCase()}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={`Theme: ${current.label}. Change to ${next.label}`}
        onClick={() => setColorScheme(next.value)}
      >
        <current.icon size={18} />
      </ActionIcon>
    </Tooltip>
  )
}

function UserMenu({ onShowKeys }: { readonly onShowKeys: () => void }) {
  const { user: me, organisation } = useMe()
  const name = `${me.first_name} ${me.last_name}`.trim() || me.email_address
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <UnstyledButton aria-label={`Account of ${name}`} p={4} style={{ borderRadius: 99 }}>
          <Avatar color="gate" variant="light" size={32}>
            <IconUser size={18} />
          </Avatar>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={600} size="sm" c="var(--mantine-color-text)" truncate>
            {name}
          </Text>
          <Text size="xs" truncate>
            {me.email_address}
          </Text>
          {organisation !== null && (
            <Text size="xs" truncate>
              {organisation.name}
            </Text>
          )}
        </Menu.Label>
        <UserMenuLinks />
        <Menu.Item
          leftSection={<IconKeyboard size={16} />}
          rightSection={<Kbd size="xs">?</Kbd>}
          onClick={onShowKeys}
        >
          Keys of the keyboard
        </Menu.Item>
        <Menu.Item leftSection={<IconBook2 size={16} />} component="a" href="/docs">
          REST API reference
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => void signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
