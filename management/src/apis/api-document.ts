import { ApiDefinition } from '@tollgate/model/definition/api-definition'
import type { ApiRecord } from '@tollgate/storage/records/apis'
import { z } from 'zod'
import { Document } from '../envelopes.ts'

const ObjectIds = z.array(z.string().regex(/^[0-9a-f]{24}$/, 'expected an id of 24 hex digits')).nullish()

/** An API as the Dashboard surface takes it: the definition in a wrapper, whose other fields are kept as they come. */
export const ApiDocument = z.looseObject({
  api_definition: ApiDefinition,
  hook_references: z
    .array(
      z.looseObject({
        event_name: z.string().optional(),
        event_timeout: z.number().optional(),
        hook: z.looseObject({ id: z.string().optional() }).nullish(),
      }),
    )
    .nullish(),
  user_owners: ObjectIds,
  user_group_owners: ObjectIds,
})
export type ApiDocument = z.output<typeof ApiDocument>

/** An API as the Dashboard surface shows it. */
export const ShownApi = z.looseObject({ api_model: z.object({}), api_definition: Document })

/** Fields of the wrapper that the server sets itself. */
const SET_BY_SERVER = new Set(['api_definition', 'api_model', 'created_at', 'updated_at'])

/** What of a wrapper is kept beside the definition. */
export function wrapperOf(document: ApiDocument): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(document).filter(([field]) => !SET_BY_SERVER.has(field)))
}

/** The wrapper as it is answered; the order of the known fields is the contract's. */
export function shownApi(record: ApiRecord): z.input<typeof ShownApi> {
  const { hook_references, is_site, sort_by, user_group_owners, user_owners, ...others } = record.wrapper
  return {
    api_model: {},
    api_definition: record.definition,
    hook_references: hook_references ?? [],
    is_site: is_site ?? false,
    sort_by: sort_by ?? 0,
    user_group_owners: user_group_owners ?? [],
    user_owners: user_owners ?? [],
    ...others,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
  }
}
