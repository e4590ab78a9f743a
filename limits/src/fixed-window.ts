import type { CountingAlgorithm } from './cell-state.ts'
import { capEnd, noMore, PART_NAMES, setPart } from './cell-state.ts'

/**
 * `max` units in each window, which opens at the first request that it counts. Between two windows up to twice as many
 * can pass in the time of one. Never under-admits. One part: end of the window, units in it.
 */
export const fixedWindow: CountingAlgorithm = {
  parts: 1,
  firstName: PART_NAMES.fixedWindow,
  heads: 0b1,
  needed: noMore,
  held: noMore,

  settle(state, { windowMs }, nowMs) {
    const end = state.ends[0] ?? 0
    if (windowMs !== 0) capEnd(state, 0, nowMs, windowMs)
    else if (end > nowMs && end !== Number.POSITIVE_INFINITY)
      setPart(state, 0, Number.POSITIVE_INFINITY, state.values[0] ?? 0)
  },

  read(state, _limit, nowMs, usage) {
    const end = state.ends[0] ?? 0
    const open = end > nowMs
    usage.used = open ? (state.values[0] ?? 0) : 0
    usage.resetsAtMs = open && end !== Number.POSITIVE_INFINITY ? end : 0
  },

  hasRoom(state, _limit, nowMs, cost, max) {
    const used = (state.ends[0] ?? 0) > nowMs ? (state.values[0] ?? 0) : 0
    return used + cost <= max
  },

  retryAtMs(state, _limit, _nowMs, cost, max) {
    const end = state.ends[0] ?? 0
    return cost > max || end === Number.POSITIVE_INFINITY ? 0 : end
  },

  count(state, { windowMs }, nowMs, cost) {
    const end = state.ends[0] ?? 0
    if (end > nowMs) setPart(state, 0, end, (state.values[0] ?? 0) + cost)
    else setPart(state, 0, windowMs === 0 ? Number.POSITIVE_INFINITY : nowMs + windowMs, cost)
  },

  charge(state, _limit, nowMs, units) {
    const end = state.ends[0] ?? 0
    if (end > nowMs) setPart(state, 0, end, Math.max(0, (state.values[0] ?? 0) + units))
  },
}
