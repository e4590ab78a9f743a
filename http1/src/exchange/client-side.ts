import type { Socket } from 'node:net'
import type { Deadline } from '../connection/timer-wheel.ts'
import type { Handler } from '../exchange.ts'
import type { ServerLimits } from '../limits.ts'
import type { Refusal } from '../syntax/protocol-errors.ts'
import type { BodyBudget } from './body-budget.ts'

/** What an exchange needs of the client's connection of HTTP/1.1 that it runs on. */
export interface ClientSide {
  readonly socket: Socket
  readonly context: { readonly handler: Handler; readonly limits: ServerLimits; readonly bodies: BodyBudget }
  readonly remoteAddress: string
  /** Of the client's inactivity only: heads, bodies, unread answers. */
  readonly deadline: Deadline
  /** Whether an answer given now may be followed by another one. */
  readonly mayPersist: boolean
  /** The exchange is over. `persist`: the connection goes on with the next request. */
  onExchangeDone(persist: boolean): void
  /** The same, for an exchange whose body is refused. `answered`: its answer is out and must arrive. */
  onExchangeRefused(refusal: Refusal, started: boolean, answered: boolean): void
  /** Reads the socket or not, as the running exchange wants. */
  updateReading(): void
  /** What came after the request, for the tunnel that it has become. */
  takePending(): Buffer | undefined
  /** Cuts an answer short so that the client notices. */
  abort(): void
  destroy(): void
}
