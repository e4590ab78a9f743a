import { z } from 'zod'
import { flag, strings, text } from '../features/field-types.ts'
import {
  type ApiLevel,
  apiFeatures,
  type OperationLevel,
  operationFeatures,
  unsupported,
  type VersionLevel,
  versionFeatures,
} from '../features/index.ts'
import { otherMethods } from '../features/other-authentication.ts'

/**
 * The classic API definition (gateway contract, section 6.1): the fields of all features, and those that say which API it
 * is. What is read is typed; everything else, known to the contract or not, is kept as sent. Lists, maps and objects may
 * be null, as clients written in Go send it.
 */

export { AuthConfig } from '../features/auth-token.ts'

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never

type WithFields = { readonly fields: { readonly [Place in 'api' | 'proxy' | 'transport']?: z.ZodRawShape } }

/** The fields of all features at one place. A feature without any there adds nothing. */
type FieldsAt<Place extends 'api' | 'proxy' | 'transport'> = Intersection<
  Extract<
    (ApiLevel | (typeof unsupported)[number])['fields'],
    { readonly [P in Place]: z.ZodRawShape }
  >[Place]
>

function fieldsAt<Place extends 'api' | 'proxy' | 'transport'>(place: Place): FieldsAt<Place> {
  const all: readonly WithFields[] = [...apiFeatures, ...unsupported]
  // The type says of the features what is done here with them.
  return Object.assign({}, ...all.map(({ fields }) => fields[place])) as FieldsAt<Place>
}

const endpoint = { disabled: flag, ignore_case: flag, path: text, method: text.optional() }

/** An entry of a list of paths. */
type EntryOf<Shape extends z.ZodRawShape> = z.ZodObject<typeof endpoint & Shape, z.core.$loose>

type Lists = {
  [Feature in OperationLevel as Feature['list']]: z.ZodOptional<
    z.ZodNullable<z.ZodArray<EntryOf<Feature['fields']>>>
  >
}

const ExtendedPaths = z.looseObject(
  // Each list has the fields of its feature; `fromEntries` cannot say so.
  Object.fromEntries(
    operationFeatures.map(({ list, fields }) => [
      list,
      z.array(z.looseObject({ ...endpoint, ...fields })).nullish(),
    ]),
  ) as unknown as Lists,
)
export type ExtendedPaths = z.infer<typeof ExtendedPaths>

type VersionFields = Intersection<VersionLevel['fields']>

/** One version of an API: `version_data.versions[name]`. */
export const VersionInfo = z.looseObject({
  name: text.optional(),
  paths: z.looseObject({ ignored: strings, white_list: strings, black_list: strings }).nullish(),
  use_extended_paths: flag,
  extended_paths: ExtendedPaths.nullish(),
  ignore_endpoint_case: flag,
  // The type says of the features what is done here with them.
  ...(Object.assign({}, ...versionFeatures.map(({ fields }) => fields)) as VersionFields),
})
export type VersionInfo = z.infer<typeof VersionInfo>

export const ApiDefinition = z.looseObject({
  id: text.optional(),
  api_id: text.optional(),
  org_id: text.optional(),
  name: text.optional(),
  slug: text.optional(),
  ...fieldsAt('api'),
  proxy: z
    .looseObject({ ...fieldsAt('proxy'), transport: z.looseObject(fieldsAt('transport')).nullish() })
    .nullish(),
  version_data: z
    .looseObject({
      not_versioned: flag,
      default_version: text.optional(),
      versions: z.record(text, VersionInfo).nullish(),
    })
    .nullish(),
  config_data: z.record(text, z.unknown()).nullish(),
  base_identity_provided_by: text.optional(),
  dont_set_quota_on_create: flag,
})
export type ApiDefinition = z.infer<typeof ApiDefinition>

/** The ids that the server gives an API; they win over what the definition says. */
export type ApiIds = { readonly apiId: string; readonly id: string; readonly orgId: string }

/** Whether a definition names a way to authenticate; one that does not asks for a key (`use_standard_auth`). */
function choosesAuthentication(definition: ApiDefinition): boolean {
  const { use_keyless: isKeyless, use_standard_auth: byKey, use_mutual_tls_auth: byCertificate } = definition
  const others = otherMethods.filter(({ name }) => name !== 'key-signatures')
  return (
    isKeyless === true ||
    byKey === true ||
    byCertificate === true ||
    others.some(({ asked }) => asked(definition) !== undefined)
  )
}

/**
 * Fills in what a definition may leave out (dashboard contract, section 1.2), so that the smallest body works: ids, slug,
 * listen path, versions, `active`, and key authentication where no other is chosen. Drops nothing, changes nothing that is
 * there but the ids, and changes nothing when applied again.
 */
export function withApiDefaults(definition: ApiDefinition, ids: ApiIds): ApiDefinition {
  return {
    ...definition,
    id: ids.id,
    api_id: ids.apiId,
    org_id: ids.orgId,
    slug: definition.slug || slugOf(definition.name ?? '') || ids.apiId,
    active: definition.active ?? true,
    ...(choosesAuthentication(definition) ? {} : { use_standard_auth: true }),
    proxy: withListenPath(definition.proxy, ids.apiId),
    version_data: withVersions(definition.version_data),
  }
}

/** Where `not_versioned` is left out, an API with one version that goes by a name for "default" is not versioned. */
function withVersions(data: ApiDefinition['version_data']): ApiDefinition['version_data'] {
  const names = Object.keys(data?.versions ?? {})
  if (names.length === 0) {
    return { ...data, not_versioned: true, versions: { Default: { name: 'Default' } } }
  }
  if (data?.not_versioned !== undefined) return data
  return { ...data, not_versioned: names.length === 1 && /^(?:default)?$/i.test(names[0] ?? '') }
}

function withListenPath(proxy: ApiDefinition['proxy'], apiId: string): ApiDefinition['proxy'] {
  if (proxy?.listen_path) return proxy
  return { ...proxy, listen_path: `/${apiId}/`, strip_listen_path: true }
}

function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/#\S*/g, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100)
}
