import type { Exchange, Handler, Upstream } from '@tollgate/http1/exchange'
import { normalisePath } from '@tollgate/http1/syntax/path'
import type { RefusalCode } from '@tollgate/model/judge/refusals'
import type { TraceStep } from '@tollgate/model/judge/verdict'
import { refusal } from '../pipeline/answer.ts'
import { RequestRun, type RequestServices } from '../pipeline/run.ts'
import type { ServedApi } from '../pipeline/step.ts'
import { requestIdLine } from './answer.ts'
import { ControlRequest, isControlPath } from './control-paths.ts'
import type { RequestIds } from './request-id.ts'
import type { Match, Routed, RouteTable } from './route.ts'

/** What the edge is made of. */
export type EdgeParts = {
  /** The APIs that are served, and those that nobody outside reaches: the latter only to say why nothing was found. */
  readonly apis: {
    readonly routes: RouteTable<ServedApi & Routed>
    readonly inactive: RouteTable<ServedApi & Routed & { readonly absentStep: TraceStep }>
  }
  /** Stands in where no API has the host and path. */
  readonly nowhere: ServedApi
  readonly services: RequestServices
  readonly nextId: RequestIds
  /** The control API in the main thread. */
  readonly control: Upstream
  /** It has a port of its own: here it answers for the node's health alone. */
  readonly controlApart: boolean
  /** A message that is no request; `requestId` is '' where it was not answered. */
  readonly onMalformed: (message: Malformed) => void
}

/** What the engine refused before it was a request. */
export type Malformed = {
  readonly requestId: string
  readonly reason: string
  readonly remoteAddress: string
  /** 0 = there was no answer. */
  readonly status: number
}

const NO_ROUTE: TraceStep = { step: 'route', code: 'no_route' }
const AMBIGUOUS_PATH: TraceStep = { step: 'route', code: 'path_ambiguous' }

/** Takes requests from the engine: normalises the path, sets the control API's apart, finds the API and runs its chain. */
export function onRequests({
  apis,
  nowhere,
  services,
  nextId,
  control,
  controlApart,
  onMalformed,
}: EdgeParts): Handler {
  /** Answers a request that no API serves. */
  function turnAway(
    exchange: Exchange,
    code: RefusalCode,
    path: string,
    why: TraceStep,
    { api = nowhere, requestId = nextId() } = {},
  ): void {
    const run = new RequestRun(services, exchange, api, requestId, path, 0)
    exchange.state = run
    run.answer({ ...refusal(code, why), trace: [why] })
  }

  function notFound(exchange: Exchange, path: string): void {
    const off = apis.inactive.find(exchange.head.host, path)
    if (off === undefined) {
      turnAway(exchange, 'no_route', path, NO_ROUTE)
    } else {
      turnAway(exchange, 'api_inactive', path, off.api.absentStep, off)
    }
  }

  function toControl(exchange: Exchange, path: string): void {
    const requestId = nextId()
    const request = new ControlRequest(exchange, requestId, (failure) => {
      const why: TraceStep = { step: 'upstream', code: 'control_failed', args: { failure } }
      turnAway(exchange, 'upstream_failed', path, why, { requestId })
    })
    exchange.state = request
    request.forward(control, path, services.clientIp(exchange))
  }

  function enter(exchange: Exchange, { api, prefixLength }: Match<ServedApi>, path: string): void {
    const run = new RequestRun(services, exchange, api, nextId(), path, prefixLength)
    exchange.state = run
    run.start()
  }

  /**
   * Paths that two parsers could read differently are refused before anything is matched; one with an encoded slash is
   * taken where its API says so.
   */
  function onOddPath(exchange: Exchange): void {
    const { head } = exchange
    const path = normalisePath(head.path, true)
    const match = path === undefined ? undefined : apis.routes.find(head.host, path)
    if (path === undefined || match?.api.allowsEncodedSlashes !== true)
      turnAway(exchange, 'request_malformed', head.path, AMBIGUOUS_PATH)
    else enter(exchange, match, path)
  }

  return {
    onRequest(exchange) {
      const { head } = exchange
      const path = normalisePath(head.path)
      if (path === undefined) {
        onOddPath(exchange)
      } else if (isControlPath(path, controlApart)) {
        toControl(exchange, path)
      } else {
        const match = apis.routes.find(head.host, path)
        if (match === undefined) notFound(exchange, path)
        else enter(exchange, match, path)
      }
    },
    onFinish({ state }, result) {
      state?.finish(result)
    },
    onProtocolError(reason, remoteAddress, status) {
      if (status === 0) {
        onMalformed({ requestId: '', reason, remoteAddress, status })
        return undefined
      }
      const requestId = nextId()
      onMalformed({ requestId, reason, remoteAddress, status })
      return requestIdLine(requestId)
    },
  }
}
