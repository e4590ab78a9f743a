import { headerValue } from '@tollgate/http1/syntax/headers'
import type { ApiRules } from '@tollgate/model/definition/api-rules'
import { type Admission, chargeReal } from '../admission/admission.ts'
import type { StepFactory } from '../pipeline/step.ts'

/** Highest cost of one request; what is above counts as this. */
const MAX_COST = 1_000_000_000

/** Counts what the upstream says that a request really cost; the client is not told. */
export const costHeader: StepFactory<{ readonly rules: ApiRules; readonly admission: Admission }> = {
  name: 'cost-header',

  create({ rules: { costHeader }, admission }) {
    if (costHeader === '') return undefined
    return {
      name: 'cost-header',
      onReplyHead(context, { head, edits }) {
        const cost = realCost(headerValue(head, costHeader))
        if (cost !== undefined) chargeReal(context, cost, admission)
        edits.remove(costHeader)
        return undefined
      },
    }
  },
}

/** The cost that a reply names: a whole number. Anything else says nothing, and what was counted stays. */
function realCost(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d+$/.test(value)) return undefined
  return Math.min(Number(value), MAX_COST)
}
