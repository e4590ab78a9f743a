/**
 * Bytes of answers that are made and not yet taken by their clients, all together. Documents that are made once do not
 * count: their bytes are shared.
 */
export type AnswerBudget = {
  /** Takes the bytes, unless they are too many beside the others; an answer that is alone always fits. */
  readonly take: (bytes: number) => boolean
  readonly giveBack: (bytes: number) => void
}

export function answerBudget(maxBytes: number): AnswerBudget {
  let taken = 0
  return {
    take(bytes) {
      if (taken > 0 && taken + bytes > maxBytes) return false
      taken += bytes
      return true
    },
    giveBack(bytes) {
      taken -= bytes
    },
  }
}
