import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { mayRead, usePermissions } from '../api/me.ts'
import { features } from '../features.ts'
import { paths } from '../lib/paths.ts'

/** The second key after `g`, by page. */
const letters: Readonly<Record<string, string>> = {
  [paths.home()]: 'o',
  [paths.explain()]: 'e',
  [paths.users()]: 'u',
  [paths.apis()]: 'a',
  [paths.keys()]: 'k',
  [paths.policies()]: 'p',
  [paths.certificates()]: 'c',
  [paths.webhooks()]: 'w',
}

/** How long the second key may take, milliseconds. */
const maxPauseMs = 1_200

/** A page that two keys lead to. */
export type GoKey = { readonly letter: string; readonly label: string; readonly to: string }

/** The pages of this user that `g` and a letter lead to. */
export function useGoKeys(): readonly GoKey[] {
  const may = usePermissions()
  return features
    .flatMap((feature) => feature.menu ?? [])
    .filter(({ permission }) => mayRead(may, permission))
    .flatMap(({ label, to }) => {
      const letter = letters[to]
      return letter === undefined ? [] : [{ letter, label, to }]
    })
}

/** Listens for `g` and a letter wherever nothing is being typed. */
export function useGoByKeys(goKeys: readonly GoKey[]): void {
  const navigate = useNavigate()
  useEffect(() => {
    let pressedAt = Number.NEGATIVE_INFINITY
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const isSecond = event.timeStamp - pressedAt <= maxPauseMs
      pressedAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY
      const goKey = isSecond ? goKeys.find(({ letter }) => letter === event.key) : undefined
      if (goKey === undefined) return
      event.preventDefault()
      void navigate({ to: goKey.to })
    }
    document.addEventListener('keydown', listen)
    return () => document.removeEventListener('keydown', listen)
  }, [goKeys, navigate])
}

/** In a field, or in a dialog that has its own keys. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select, [role="dialog"]') !== null)
  )
}
