import { ApiDefinition, definitionProblems, withApiDefaults } from '@tollgate/model/definition/api-definition'
import type { Path } from '../../lib/document-form.ts'
import { recordOf, text } from '../../lib/json-values.ts'

/** One thing that keeps a definition from being served; the server says the same of it. */
export type DefinitionProblem = {
  /** Where, as the server writes it: `proxy.target_list[0]`. */
  readonly field: string
  /** What is wrong there, as a sentence without the field's name. */
  readonly message: string
}

/** Everything wrong with a definition, by the rules that the server goes by. */
export function problemsOf(definition: unknown): readonly DefinitionProblem[] {
  const parsed = ApiDefinition.safeParse(definition)
  if (!parsed.success) {
    return parsed.error.issues.map(({ path, message }) => ({
      field: fieldAt(path.filter((step) => typeof step !== 'symbol')),
      message,
    }))
  }
  const { api_id, id, org_id } = recordOf(definition)
  // Ids that are the server's to give are no problem where they are missing.
  const ids = { apiId: text(api_id) || 'new', id: text(id), orgId: text(org_id) }
  return definitionProblems(withApiDefaults(parsed.data, ids)).map(problemOfSentence)
}

/** A path as the server writes it. */
export function fieldAt(path: Path): string {
  return path.reduce<string>((field, step) => {
    if (typeof step === 'number') return `${field}[${step}]`
    return field === '' ? step : `${field}.${step}`
  }, '')
}

/** Whether a problem lies at a path of the definition, or within it. */
export function isAt(problem: DefinitionProblem, path: Path): boolean {
  const field = fieldAt(path)
  if (field === '') return true
  if (!problem.field.startsWith(field)) return false
  return ['', '.', '['].includes(problem.field.charAt(field.length))
}

/** The path that a field's name stands for, as far as it can be told: names of versions may hold dots. */
export function pathOfField(field: string): Path {
  return field.split(/[.[]/).map((step) => (/^\d+\]$/.test(step) ? Number.parseInt(step, 10) : step))
}

function problemOfSentence(sentence: string): DefinitionProblem {
  const end = fieldEnd(sentence)
  const message = sentence.slice(end).trim()
  return { field: sentence.slice(0, end), message: message.charAt(0).toUpperCase() + message.slice(1) }
}

/** Words with which the sentences go on after the field that they begin with; a version's name may hold spaces. */
const goesOn = / (?:must|is|has|names|matches|contains|cannot|needs)\b/

function fieldEnd(sentence: string): number {
  return goesOn.exec(sentence)?.index ?? 0
}
