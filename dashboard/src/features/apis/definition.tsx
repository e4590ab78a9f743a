import { Text } from '@mantine/core'
import { isRecord } from '../../lib/json-values.ts'
import { DocumentEditor } from '../../ui/document-editor.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { useDesign } from './design.ts'
import { problemsOf } from './problems.ts'

/** The raw document: whatever has no field elsewhere is edited here. */
export function Definition(props: { readonly shown: string; readonly onType: (typed: string) => void }) {
  const { form, isReadOnly, problems } = useDesign()
  const change = (typed: string) => {
    const parsed = parsedDefinition(typed)
    if (parsed !== undefined) form.set(['api_definition'], parsed)
    props.onType(typed)
  }
  return (
    <FormSection
      title="Definition"
      about="The whole document, checked by the rules of the server. What is changed here is changed on the other tabs too."
    >
      <DocumentEditor
        label="API definition"
        language="json"
        value={props.shown}
        isReadOnly={isReadOnly}
        onChange={change}
        check={check}
      />
      {problems.length > 0 && (
        <ul style={{ margin: 0, paddingInlineStart: '1.2rem' }} aria-label="Problems">
          {problems.map(({ field, message }) => (
            <li key={`${field} ${message}`}>
              <Text size="sm">
                <code>{field || 'The document'}</code>: {message}
              </Text>
            </li>
          ))}
        </ul>
      )}
    </FormSection>
  )
}

/** The definition that a text holds; undefined where it is no JSON object. */
export function parsedDefinition(typed: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(typed)
    return isRecord(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function check(typed: string) {
  const parsed = parsedDefinition(typed)
  if (parsed === undefined) return [{ path: [], message: 'Must be an object' }]
  return problemsOf(parsed)
}
