import type { Answer } from '../pipeline/answer.ts'
import type { RequestContext } from '../pipeline/request-context.ts'
import type { Step } from '../pipeline/step.ts'
import type { Authenticator, AuthResult } from './authenticator.ts'

/**
 * Asks a request who it is: every method of the API's list has to find somebody. The first one's identity is the
 * request's: its limits and rights count.
 */
export function authenticate(methods: readonly Authenticator[]): Step {
  const strips = methods.flatMap(({ strip }) => strip ?? [])

  /** The first answer of the methods from `from` on; none when all have found somebody. */
  function ask(context: RequestContext, from: number): Answer | undefined | Promise<Answer | undefined> {
    for (let i = from; i < methods.length; i++) {
      const method = methods[i]
      if (method === undefined) continue
      const result = method.authenticate(context)
      if (result instanceof Promise)
        return result.then((later) => take(context, method, later) ?? ask(context, i + 1))
      const answer = take(context, method, result)
      if (answer !== undefined) return answer
    }
    return undefined
  }

  return {
    name: 'authenticate',
    onRequest: (context) => (context.version?.ignored === true ? undefined : ask(context, 0)),
    ...(strips.length > 0 && {
      onUpstreamRequest(context) {
        if (context.identity !== undefined) for (const strip of strips) strip(context)
      },
    }),
  }
}

function take(
  context: RequestContext,
  { missing }: Authenticator,
  result: AuthResult | undefined,
): Answer | undefined {
  if (result === undefined) return missing
  if (result.method === 'denied') {
    context.identity ??= result.identity
    return result.refusal
  }
  context.identity ??= result
  return undefined
}
