import { Stack, Text, Title } from '@mantine/core'
import { Session } from '@tollgate/model/access/session'
import { useEffect, useState } from 'react'
import { isRecord } from '../../lib/json-values.ts'
import type { DocumentForm } from '../../lib/use-document-form.ts'
import { DocumentDiff, DocumentEditor } from '../../ui/document-editor.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import type { KeyDocument } from './queries.ts'

/** The key as it is stored, fields included that no form knows; checked while it is edited. */
export function RawDocument(props: {
  readonly form: DocumentForm<KeyDocument>
  readonly stored: KeyDocument
  readonly isReadOnly: boolean
  /** Called with what keeps the text from being saved. */
  readonly onProblem: (problem: string | undefined) => void
}) {
  const { form, stored, isReadOnly, onProblem } = props
  const [typed, setTyped] = useState<string>()
  const asEdited = JSON.stringify(form.documentToSend, null, 2)
  const problem = typed === undefined ? undefined : problemOf(typed)
  useEffect(() => {
    onProblem(problem)
    return () => onProblem(undefined)
  }, [problem, onProblem])
  // Discarded, or saved: the text follows the form again.
  useEffect(() => {
    if (!form.isDirty) setTyped((text) => (text === undefined || problemOf(text) ? text : undefined))
  }, [form.isDirty])
  const change = (text: string) => {
    if (text === asEdited) return setTyped(undefined)
    setTyped(text)
    const document = parsed(text)
    if (document !== undefined) form.set([], document)
  }
  return (
    <FormSection
      title="Document"
      about="The key as the API has it. Policies that are applied show in it as they count now."
    >
      <DocumentEditor
        label="The key's document"
        language="json"
        value={typed ?? asEdited}
        onChange={change}
        isReadOnly={isReadOnly}
        check={schemaProblems}
      />
      {form.isDirty && (
        <Stack gap="xs">
          <Title order={3} size="h5">
            What saving changes
          </Title>
          <Text size="sm" c="dimmed">
            The stored document, with what goes and what comes marked
          </Text>
          <DocumentDiff before={stored} after={form.documentToSend} />
        </Stack>
      )}
    </FormSection>
  )
}

function problemOf(text: string): string | undefined {
  return parsed(text) === undefined ? 'The document is no JSON object yet' : undefined
}

function parsed(text: string): KeyDocument | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function schemaProblems(text: string) {
  const document = parsed(text)
  if (document === undefined) return []
  const checked = Session.safeParse(document)
  if (checked.success) return []
  return checked.error.issues.map(({ path, message }) => ({
    path: path.map((step) => (typeof step === 'symbol' ? String(step) : step)),
    message,
  }))
}
