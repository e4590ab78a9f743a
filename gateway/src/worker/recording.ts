import type { RefusedRecord, RequestRecord } from '@tollgate/analytics/request-record'
import type { FinishResult } from '@tollgate/http1/exchange'
import type { RequestContext } from '../pipeline/request-context.ts'
import { requestRecord } from '../pipeline/request-record.ts'
import type { Step } from '../pipeline/step.ts'

/** Who reads what happened to requests. */
export type RecordReaders = {
  /** Counts every request; reads the few values that it adds, so that no record is made for it. */
  readonly count: (context: RequestContext, result: FinishResult) => void
  /** Read each record of a request that was refused or failed. */
  readonly refused: readonly ((record: RefusedRecord) => void)[]
  /** Read each record of a request that passed. While there are none, no such record is made. */
  readonly passed: readonly ((record: RequestRecord) => void)[]
}

/** The step that every request ends with: it makes the one record of the request for those who read it. */
export function recording({ count, refused, passed }: RecordReaders): Step {
  return {
    name: 'recording',
    onEnd(context, result) {
      count(context, result)
      const { refusal } = context.record
      if (refusal === undefined) {
        if (passed.length === 0) return
        const record = requestRecord(context, result)
        for (const read of passed) read(record)
      } else {
        if (refused.length === 0) return
        const record: RefusedRecord = { ...requestRecord(context, result), code: refusal.code }
        for (const read of refused) read(record)
      }
    },
  }
}
