import type { KeyboardEvent } from 'react'

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }

/** Keys of a list: up and down (or k and j) go from row to row, x selects the row. Enter is the link's own. */
export function moveAmongRows(event: KeyboardEvent<HTMLElement>): void {
  const { target } = event
  if (!(target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) return
  const row = target.closest('[data-row]')
  if (row === null) return
  if (event.key === 'x' && target.matches('[data-row-link]')) {
    row.querySelector<HTMLInputElement>('[data-row-select]')?.click()
    return
  }
  const step = steps[event.key]
  if (step === undefined) return
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-row-link]')]
  const here = links.findIndex((link) => row.contains(link))
  const next = links[here + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}
