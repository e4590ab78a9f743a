import { Policy } from '@tollgate/model/access/policy'
import type { SchemaProblem } from '../../ui/code-editor.tsx'

/** What is wrong with a policy that was typed as a document; nothing while it is no JSON. */
export function policyProblems(text: string): readonly SchemaProblem[] {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch {
    return []
  }
  const { error } = Policy.safeParse(document)
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: path.map((step) => (typeof step === 'symbol' ? String(step) : step)),
    message,
  }))
}
