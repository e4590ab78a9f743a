import { useSyncExternalStore } from 'react'

/**
 * A session that ended while somebody was working. The requests that noticed wait here until the dialog over the page
 * has signed the user in again; then they are repeated, and the page keeps what was typed into it.
 */

let waiting: PromiseWithResolvers<void> | undefined
const listeners = new Set<() => void>()

/** Asks for sign-in; resolves when it was done. */
export function signedInAgain(): Promise<void> {
  if (waiting === undefined) {
    waiting = Promise.withResolvers()
    tell()
  }
  return waiting.promise
}

/** The dialog has signed the user in: waiting requests go on. */
export function continueSession(): void {
  waiting?.resolve()
  waiting = undefined
  tell()
}

/** Whether requests wait for a sign-in. */
export function useSessionLost(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => waiting !== undefined,
  )
}

function tell(): void {
  for (const listener of listeners) listener()
}
