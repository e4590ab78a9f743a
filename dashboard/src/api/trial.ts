import { useEffect, useRef, useState } from 'react'
import { type Answer, type Input, request } from './request.ts'

/** A request to try, and who sends it. */
export type Trial = NonNullable<Input<'POST /api/apis/{apiId}/try'>['body']>
/** What came back, and what the gate said. */
export type TrialResult = Answer<'POST /api/apis/{apiId}/try'>

/** What people type of a request. */
export type TypedRequest = {
  readonly method: Trial['method']
  readonly path: string
  /** A header a line. */
  readonly headers: string
  readonly body: string
}

/** Methods that can be tried. */
export const trialMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

/** Whether a request of this method is sent with what was typed as its body. */
export function sendsBody(method: Trial['method']): boolean {
  return method !== 'GET' && method !== 'HEAD'
}

/** The request that was typed. */
export function trialOf({
  method,
  path,
  headers,
  body,
}: TypedRequest): Trial & { headers: [string, string][] } {
  return {
    method,
    path: path.startsWith('/') ? path : `/${path}`,
    headers: headers.split('\n').flatMap((line): [string, string][] => {
      const colon = line.indexOf(':')
      return colon < 1 ? [] : [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]]
    }),
    ...(body !== '' && sendsBody(method) && { body }),
  }
}

/**
 * Sends a request through the gateway; with `key_hash` instead of `key` the gate is only asked. One runs at a time: the
 * next one, or leaving the page, ends it.
 */
export function useTrial() {
  const [state, setState] = useState<{ isBusy: boolean; error?: unknown; result?: TrialResult }>({
    isBusy: false,
  })
  const running = useRef<AbortController>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const run = async (apiId: string, trial: Trial) => {
    running.current?.abort()
    const controller = new AbortController()
    running.current = controller
    const { signal } = controller
    setState({ isBusy: true })
    try {
      const result = await request('POST /api/apis/{apiId}/try', { params: { apiId }, body: trial, signal })
      setState({ isBusy: false, result })
    } catch (error) {
      if (!signal.aborted) setState({ isBusy: false, error })
    }
  }
  return { ...state, run }
}
