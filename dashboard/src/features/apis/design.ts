import { createContext, useContext } from 'react'
import { RequestFailed } from '../../api/problem.ts'
import type { Path } from '../../lib/document-form.ts'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { type DefinitionProblem, isAt } from './problems.ts'
import type { ApiDocument } from './queries.ts'

/** An API in the designer: one form that all its tabs share. */
export type Design = {
  readonly apiId: string
  /** As it is stored. */
  readonly stored: ApiDocument
  readonly form: DocumentForm<ApiDocument>
  /** What keeps it from being saved. */
  readonly problems: readonly DefinitionProblem[]
  readonly isReadOnly: boolean
}

export const DesignContext = createContext<Design | undefined>(undefined)

/** The API in the designer, its definition as edited, and what fields bound to a path of the definition are given. */
export function useDesign() {
  const design = useContext(DesignContext)
  if (design === undefined) throw new Error('there is no API in the designer')
  return { ...design, ...definitionFields(design) }
}

/** What fields of a form over an API are given, so that they show what is wrong at their path. */
function definitionFields({ form, problems, isReadOnly }: Pick<Design, 'form' | 'problems' | 'isReadOnly'>) {
  return {
    definition: form.documentToSend.api_definition,
    get: (...path: Path) => form.get(['api_definition', ...path]),
    set: (path: Path, value: unknown) => form.set(['api_definition', ...path], value),
    at: (...path: Path) => {
      const problem = problems.find((one) => isAt(one, path))
      const whole: Path = ['api_definition', ...path]
      return {
        form,
        path: whole,
        isDisabled: isReadOnly,
        error:
          problem && new RequestFailed({ message: problem.message, field: whole.join('.'), status: 400 }),
      }
    },
  }
}
