import { defineProblems } from '../errors.ts'

/** What the webhook routes may answer (dashboard contract, section 1.10). */
export const webhookProblems = defineProblems({
  webhook_invalid: { status: 400, message: 'Webhook object validation failed' },
  webhook_unreadable: { status: 400, message: 'Could not retrieve webhook detail' },
  webhook_not_found: { status: 404, message: 'Could not retrieve webhook detail' },
  webhook_id_taken: { status: 409, message: 'Duplicate webhook_id' },
})
