import { ApiDefinition, withApiDefaults } from '@tollgate/model/definition/api-definition'
import { compileApi } from '@tollgate/model/definition/compile-api'
import { fieldAt, type Problem } from '@tollgate/model/definition/problem'
import { labelAsTitle } from '@tollgate/model/features/feature'
import type { Path } from '../../lib/document-form.ts'
import { recordOf, text } from '../../lib/json-values.ts'

/** One thing that keeps a definition from being served; the server says the same of it. */
export type DefinitionProblem = {
  readonly path: Path
  /** The path as people write it: `proxy.target_list[0]`. */
  readonly field: string
  /** What is wrong there, as a sentence without the field's name. */
  readonly message: string
}

/** Everything wrong with a definition, by the rules that the server goes by. */
export function problemsOf(definition: unknown): readonly DefinitionProblem[] {
  const parsed = ApiDefinition.safeParse(definition)
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) =>
      shown(
        path.filter((step) => typeof step !== 'symbol'),
        message,
      ),
    )
  }
  const { api_id, id, org_id } = recordOf(definition)
  // Ids that are the server's to give are no problem where they are missing.
  const ids = { apiId: text(api_id) || 'new', id: text(id), orgId: text(org_id) }
  const { problems } = compileApi(withApiDefaults(parsed.data, ids))
  return problems.map(({ path, message }: Problem) => shown(path, message))
}

/** Whether a problem lies at a path of the definition, or within it. */
export function isAt(problem: DefinitionProblem, path: Path): boolean {
  return path.every((step, index) => problem.path[index] === step)
}

function shown(path: Path, message: string): DefinitionProblem {
  return { path, field: fieldAt(path), message: labelAsTitle(message) }
}
