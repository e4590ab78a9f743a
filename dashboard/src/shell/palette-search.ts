import { useEffect, useState } from 'react'
import { mayRead, usePermissions } from '../api/me.ts'
import { features } from '../features.ts'
import type { Found, Search } from '../lib/feature.ts'
import { mayBeSecret, orderOf } from './palette-order.ts'

/** Fewest characters that are searched for on the server. */
const minLength = 2
/** How long typing has to pause before the server is asked, milliseconds. */
const pauseMs = 120

const searches = features.flatMap((feature) => feature.searches ?? [])

/** What was found of one kind. */
export type FoundOfKind = {
  readonly label: string
  readonly things: readonly Found[]
  readonly hasFailed: boolean
}

type Result = {
  readonly text: string
  readonly kinds: Readonly<Record<string, FoundOfKind>>
  /** Whether everything that is asked has answered. */
  readonly isWhole: boolean
}
const nothing: Result = { text: '', kinds: {}, isWhole: false }

/**
 * What the server finds for a text, each kind as it comes. Somebody may paste a secret to find its key: the text is in
 * no cache, and forgotten with the palette.
 * @returns what was found, in the order of the features, and whether some is still to come
 */
export function usePaletteSearch(query: string): {
  readonly found: readonly FoundOfKind[]
  readonly isWaiting: boolean
} {
  const may = usePermissions()
  const [result, setResult] = useState<Result>(nothing)
  const text = query.trim()
  const own = searches.filter(({ permission }) => mayRead(may, permission))
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew for another text only
  useEffect(() => {
    if (text.length < minLength) {
      setResult(nothing)
      return
    }
    const asking = new AbortController()
    const put = (kind: FoundOfKind) => {
      if (asking.signal.aborted) return
      setResult((now) => ({
        text,
        isWhole: false,
        kinds: { ...(now.text === text ? now.kinds : {}), [kind.label]: kind },
      }))
    }
    const ask = async ({ label, find }: Search) => {
      try {
        const things = await find(text, asking.signal)
        put({ label, things, hasFailed: false })
        return things.length
      } catch {
        put({ label, things: [], hasFailed: true })
        return 0
      }
    }
    const timer = setTimeout(async () => {
      const { first, after } = orderOf(own, text)
      const counts = await Promise.all(first.map(ask))
      // What a key was found by may be its secret.
      const isFound = counts.some((count) => count > 0)
      if (!(isFound && mayBeSecret(text))) await Promise.all(after.map(ask))
      if (!asking.signal.aborted)
        setResult((now) => ({ text, isWhole: true, kinds: now.text === text ? now.kinds : {} }))
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      asking.abort()
    }
  }, [text])
  // Until the first answer to another text comes, what the former one found stays: nothing flickers.
  const shown = own.flatMap(({ label }) => result.kinds[label] ?? [])
  return {
    found: text.length < minLength ? [] : shown,
    isWaiting: text.length >= minLength && !(result.text === text && result.isWhole),
  }
}
