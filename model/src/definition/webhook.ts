import { z } from 'zod'

/** A webhook as it is stored (dashboard contract, section 1.10); fields of which nothing is known are kept. */
export const Webhook = z.looseObject({
  api_model: z.looseObject({}).nullish(),
  id: z.string().optional(),
  org_id: z.string().optional(),
  name: z.string().max(256).optional(),
  method: z.string().optional(),
  target_path: z.string().max(4096).optional(),
  template_path: z.string().max(4096).optional(),
  header_map: z.record(z.string(), z.string()).nullish(),
  /** Seconds for which an event that says the same is not told again. */
  event_timeout: z.int().min(0).optional(),
  webhook_id: z.string().max(128).optional(),
})
export type Webhook = z.infer<typeof Webhook>
