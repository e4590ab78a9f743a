import { performance } from 'node:perf_hooks'

/**
 * One coarse clock per thread: all deadlines of all connections hang on one interval, so that a request never makes
 * a timer. A deadline is at least as long as asked, and at most two ticks longer.
 */

const TICK_MS = 250
/** Slots of the wheel; a deadline further off than one turn is looked at once per turn. */
const SLOTS = 512

/** What a deadline belongs to. */
export interface Timed {
  /** The deadline has passed; it is disarmed. */
  onDeadline(): void
}

let interval: NodeJS.Timeout | undefined
let tick = 0
let startedAt = 0
let second = 0
let date = ''

/** A line `Date: …` with CRLF, right to the second. */
export function dateLine(): string {
  if (interval === undefined) startClock()
  return date
}

/** Milliseconds of the coarse clock, which the first deadline starts: for ages, of which a tick more or less says nothing. */
export function coarseNow(): number {
  return tick * TICK_MS
}

function startClock(): void {
  startedAt = performance.now() - tick * TICK_MS
  refreshDate()
  interval = setInterval(turn, TICK_MS)
  interval.unref()
}

function refreshDate(): void {
  const now = Math.floor(Date.now() / 1000)
  if (now === second) return
  second = now
  date = `Date: ${new Date(now * 1000).toUTCString()}\r\n`
}

function turn(): void {
  refreshDate()
  const target = Math.floor((performance.now() - startedAt) / TICK_MS)
  while (tick < target) {
    tick++
    runSlot(slotOf(tick))
  }
}

function runSlot(slot: Deadline): void {
  for (let entry = slot.next; entry !== slot; entry = slot.next) {
    entry.unlink()
    if (entry.dueTick > tick) {
      if (entry.dueTick !== Number.POSITIVE_INFINITY) entry.link()
      continue
    }
    entry.dueTick = Number.POSITIVE_INFINITY
    entry.owner.onDeadline()
  }
}

/**
 * A deadline that can be moved at no cost: moving it later, or disarming it, is one field; its place in the wheel is
 * put right when its slot comes up.
 */
export class Deadline {
  dueTick = Number.POSITIVE_INFINITY
  readonly owner: Timed
  next: Deadline = this
  #previous: Deadline = this
  #slotTick = 0

  constructor(owner: Timed) {
    this.owner = owner
  }

  /** Fires `ms` from now (rounded up to ticks), instead of whenever it was armed for before. */
  arm(ms: number): void {
    if (interval === undefined) startClock()
    this.dueTick = tick + Math.ceil(ms / TICK_MS) + 1
    if (this.next !== this) {
      if (this.#slotTick <= this.dueTick) return
      this.unlink()
    }
    this.link()
  }

  disarm(): void {
    this.dueTick = Number.POSITIVE_INFINITY
  }

  /** Disarms and leaves the wheel, so that the owner can be collected. */
  remove(): void {
    this.disarm()
    this.unlink()
  }

  link(): void {
    this.#slotTick = Math.min(this.dueTick, tick + SLOTS - 1)
    const slot = slotOf(this.#slotTick)
    this.next = slot
    this.#previous = slot.#previous
    this.#previous.next = this
    slot.#previous = this
  }

  unlink(): void {
    this.#previous.next = this.next
    this.next.#previous = this.#previous
    this.next = this
    this.#previous = this
  }
}

const nobody: Timed = { onDeadline() {} }
const slots: readonly Deadline[] = Array.from({ length: SLOTS }, () => new Deadline(nobody))

function slotOf(atTick: number): Deadline {
  const slot = slots[atTick % SLOTS]
  if (slot === undefined) throw new RangeError(`no slot for tick ${atTick}`)
  return slot
}
