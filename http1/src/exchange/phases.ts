/** How far an exchange is. The order matters: what has an answer comes behind `REPLIED`. */

/** The user is to act: `forward` or `respond`. */
export const OPEN = 0
/** Waiting for a connection, then for the reply's head. */
export const FORWARDING = 1
/** The user has the reply's head, and is to `relay` or `respond`. */
export const REPLIED = 2
export const RELAYING = 3
/** The whole answer is out, or on its way by itself; what may still come of the request's body is dropped. */
export const ANSWERED = 4
/** The connection speaks another protocol until its end. */
export const TUNNELLING = 5
export const DONE = 6
