import { NO_TARGET } from '@tollgate/model/features/targets'
import { refusal } from '../pipeline/answer.ts'
import type { StepFactory } from '../pipeline/step.ts'

const UNUSABLE = refusal(NO_TARGET.code, NO_TARGET.decided)

/** Refuses requests of a version that names no target to which anything can be sent yet. */
export const versionTarget: StepFactory<unknown> = {
  name: 'version-target',

  create(_plan, { targets }) {
    return targets.length > 0 ? undefined : { name: 'version-target', onRequest: () => UNUSABLE }
  },
}
