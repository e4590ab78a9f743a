import { constants } from 'node:fs'
import { access, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { withoutNulls } from '@tollgate/management/absent-nulls'
import { importDefinition } from '@tollgate/management/apis/save-api'
import { organisationOf } from '@tollgate/management/control/organisation-of'
import type { Dependencies } from '@tollgate/management/dependencies'
import { Problem, type ProblemSpec } from '@tollgate/management/errors'
import { parseJsonBody } from '@tollgate/management/json-body'
import { importPolicy } from '@tollgate/management/policies/save-policy'
import { Policy } from '@tollgate/model/access/policy'
import { ApiDefinition } from '@tollgate/model/definition/api-definition'
import type { z } from 'zod'
import type { RecordFiles } from './config.ts'
import type { Log } from './log.ts'
import { errorText, StartFailure } from './start-failure.ts'

/** Definitions that a folder may hold, and issues of one file that the log names. */
const MAX_FILES = 10_000
const MAX_ISSUES = 5
const ACTOR = { kind: 'system', id: 'files' } as const
const NOT_JSON: ProblemSpec = { code: 'file_not_json', status: 400, message: 'it is not JSON' }
const INVALID = 'it is not as expected'

type Context = Pick<
  Dependencies,
  'storage' | 'now' | 'duplicateSlugs' | 'defaultOrganisation' | 'maxBodyBytes' | 'claimRule' | 'gatewayHosts'
>

/** Throws a `StartFailure` when the files cannot be read at all, which is asked before anything is started. */
export async function refuseUnreadableFiles({ apps, policies }: RecordFiles): Promise<void> {
  for (const [setting, path] of [
    ['TOLLGATE_APPS_DIR', apps],
    ['TOLLGATE_POLICIES_FILE', policies],
  ] as const) {
    if (path === undefined) continue
    try {
      await access(path, constants.R_OK)
      if ((await stat(path)).isDirectory() !== (setting === 'TOLLGATE_APPS_DIR'))
        throw new Error(setting === 'TOLLGATE_APPS_DIR' ? 'it is no folder' : 'it is a folder')
    } catch (error) {
      throw new StartFailure(`${setting}: cannot read ${path}: ${errorText(error)}`)
    }
  }
}

/**
 * Makes the reader of the files that an open-source gateway is configured by: a folder of classic definitions and a map
 * of policies. Each run stores what they say, definitions first; what is stored already is left alone. A file wins over
 * the record of the same id, a file that is gone deletes nothing, and one that cannot be used is named in the log and keeps
 * none of the others out. Runs follow one another; a run resolves when all it stored is in force.
 */
export function recordFiles(context: Context, files: RecordFiles, log: Log): () => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return () => {
    const run = last.then(() => readAll(context, files, log))
    last = run
    return run
  }
}

async function readAll(context: Context, { apps, policies }: RecordFiles, log: Log): Promise<void> {
  const counts = { stored: 0, failed: 0 }
  const each = async (where: string, store: () => Promise<unknown>) => {
    try {
      await store()
      counts.stored++
    } catch (error) {
      counts.failed++
      log.error('a record of a file was not taken', { file: where, cause: causeOf(error) })
    }
  }
  for (const file of await definitionFiles(apps, log))
    await each(file, async () => storeDefinition(context, await readJson(context, file)))
  if (policies !== undefined) {
    const listed = await policiesIn(context, policies, log)
    for (const [id, policy] of listed)
      await each(`${policies}, ${id}`, () => storePolicy(context, id, policy))
  }
  if (apps !== undefined || policies !== undefined) log.info('files of definitions and policies read', counts)
}

async function definitionFiles(folder: string | undefined, log: Log): Promise<readonly string[]> {
  if (folder === undefined) return []
  try {
    const names = (await readdir(folder)).filter((name) => name.toLowerCase().endsWith('.json')).sort()
    if (names.length > MAX_FILES)
      log.error('files beyond the limit are not read', { folder, files: names.length, limit: MAX_FILES })
    return names.slice(0, MAX_FILES).map((name) => join(folder, name))
  } catch (error) {
    log.error('the folder of definitions cannot be read', { file: folder, cause: errorText(error) })
    return []
  }
}

async function storeDefinition(context: Context, content: unknown): Promise<void> {
  // An export of a Dashboard has the definition in a wrapper.
  const wrapped = isObject(content) && isObject(content.api_definition) ? content.api_definition : content
  if (isObject(wrapped) && 'openapi' in wrapped)
    throw new Error('it is an OpenAPI document: only classic definitions are read')
  const definition = fitting(ApiDefinition, wrapped)
  if (definition.is_oas === true)
    throw new Error('it belongs to an OpenAPI document: only classic definitions are read')
  // Every start would make another API of it.
  if (!definition.api_id) throw new Error('api_id is missing')
  const orgId = await organisationOf(context, { named: definition.org_id })
  await importDefinition({ ...context, adopts: true }, ACTOR, orgId, definition)
}

/** A map by id, or a list. */
async function policiesIn(
  context: Context,
  file: string,
  log: Log,
): Promise<readonly (readonly [string, unknown])[]> {
  try {
    const content = await readJson(context, file)
    if (Array.isArray(content))
      return content.map((policy: unknown, index) => [`[${index}]`, policy] as const)
    if (!isObject(content)) throw new Error('it holds neither a map nor a list of policies')
    return Object.entries(content)
  } catch (error) {
    log.error('the file of policies cannot be read', { file, cause: causeOf(error) })
    return []
  }
}

/** The key of the map is the id by which keys name the policy. */
async function storePolicy(context: Context, key: string, content: unknown): Promise<void> {
  const sent = fitting(Policy, content)
  const policy = key.startsWith('[') ? sent : { ...sent, id: key }
  if (!policy.id && !policy._id) throw new Error('id is missing')
  const of = { named: policy.org_id, grantedApis: policy.access_rights }
  await importPolicy({ ...context, adopts: true }, ACTOR, await organisationOf(context, of), policy)
}

async function readJson({ maxBodyBytes }: Context, file: string): Promise<unknown> {
  const { size } = await stat(file)
  if (size > maxBodyBytes)
    throw new Error(`it has ${size} bytes, more than TOLLGATE_MANAGEMENT_BODY_BYTES (${maxBodyBytes})`)
  return parseJsonBody(await readFile(file), NOT_JSON, INVALID)
}

/** The value by its schema; throws with what is wrong and where. */
function fitting<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(withoutNulls(schema, value))
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.slice(0, MAX_ISSUES)
  throw new Error(issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
}

function causeOf(error: unknown): string {
  return error instanceof Problem ? error.message : errorText(error)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
