import { Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { features } from '../features.ts'

/** Entries of the user's own menu: features give them, such as the profile. */
export function UserMenuLinks() {
  const entries = features.flatMap((feature) => feature.userMenu ?? [])
  return entries.map(({ label, to, icon: Icon }) => (
    <Menu.Item key={to} leftSection={<Icon size={16} />} renderRoot={(props) => <Link to={to} {...props} />}>
      {label}
    </Menu.Item>
  ))
}
