import type { Permission } from '@tollgate/model/people/permissions'
import type { ComponentType } from 'react'

/** A page: its path in the router's form (`/keys/$keyId`) and its component, fetched when it is first opened. */
export type Page = {
  readonly path: string
  readonly component: () => Promise<ComponentType>
  /** Who may not do this, or with none of these, is told so at once, without asking the server. */
  readonly needs?: readonly [Permission | readonly Permission[], 'read' | 'write']
}

/** Groups of the left menu, in their order. */
export const menuGroups = ['', 'System Management', 'Organisation'] as const

/** An entry of the left menu. */
export type MenuEntry = {
  readonly group: (typeof menuGroups)[number]
  readonly label: string
  readonly to: string
  readonly icon: ComponentType<{ readonly size?: number; readonly stroke?: number }>
  /** Who may not read this, or none of these, does not see the entry. */
  readonly permission?: Permission | readonly Permission[]
}

/** Something that the palette finds. */
export type Found = {
  readonly id: string
  readonly label: string
  readonly description?: string
  readonly to: string
  /** What can be done with it, beside opening it. */
  readonly actions?: readonly Command[]
}

/** Something that the palette does: go somewhere, or act. */
export type Command = {
  readonly label: string
  readonly permission?: readonly [Permission, 'read' | 'write']
} & ({ readonly to: string } | { readonly run: () => Promise<void> | void })

/** What the palette asks while somebody types. */
export type Search = {
  /** Heading of what was found: "APIs". */
  readonly label: string
  /** Who may not read this, or none of these, is not offered it. */
  readonly permission?: Permission | readonly Permission[]
  /** It sends the text in a body: it may be a whole key that somebody pasted. */
  readonly takesSecrets?: boolean
  /** At most `paletteRows` things; asked only for two characters and more. */
  readonly find: (text: string, signal: AbortSignal) => Promise<readonly Found[]>
}

/** Rows of one kind that the palette shows. */
export const paletteRows = 6

/** What a feature folder gives to the whole: its pages, its place in the menu, what the palette can do with it. */
export type Feature = {
  readonly pages: readonly Page[]
  readonly menu?: readonly MenuEntry[]
  /** Entries of the menu under the user's picture. */
  readonly userMenu?: readonly Omit<MenuEntry, 'group' | 'permission'>[]
  readonly searches?: readonly Search[]
  readonly commands?: readonly Command[]
}
