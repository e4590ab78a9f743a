import { Button, FileButton, Group, Switch, Text } from '@mantine/core'
import { IconUpload } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { DocumentEditor } from '../../ui/document-editor.tsx'
import { ErrorBox } from '../../ui/error-box.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { toastDone } from '../../ui/toast.tsx'
import { importedDocument, readImport } from './import-definition.ts'
import { problemsOf } from './problems.ts'
import { createApi } from './queries.ts'

/** Largest file that is read, bytes; the server takes no larger document. */
const maxFileBytes = 1_048_576

/** Takes over an API from its definition, pasted or from a file. */
export function ImportApiPage() {
  const may = usePermissions()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const [source, setSource] = useState('')
  const [keepsId, setKeepsId] = useState(true)
  const [fileProblem, setFileProblem] = useState<string>()
  const imported = source.trim() === '' ? undefined : readImport(source)
  const definition = imported?.kind === 'definition' ? imported : undefined
  const first = definition && problemsOf(definition.document.api_definition)[0]
  const making = useMutation({
    mutationFn: () => createApi(importedDocument(definition?.document ?? {}, keepsId)),
    onSuccess: async (apiId) => {
      await queryClient.invalidateQueries({ queryKey: ['apis'] })
      toastDone('Imported, switched off: look at it, then switch it on')
      await navigate({ to: paths.api(apiId) })
    },
  })
  const reason = !may('apis', 'write')
    ? 'You may not create APIs'
    : imported === undefined
      ? 'Paste a definition, or choose a file'
      : imported.kind === 'problem'
        ? imported.message
        : first && `${first.field || 'The definition'}: ${first.message}`
  const read = async (file: File | null) => {
    if (file === null) return
    setFileProblem(file.size > maxFileBytes ? 'That file is larger than any definition' : undefined)
    if (file.size <= maxFileBytes) setSource(await file.text())
  }
  return (
    <>
      <PageHeader
        title="Import API"
        about="From a classic API definition, as JSON: an export of Tollgate or of Tyk."
      />
      <FormSection
        title="From a definition"
        about="Fields that Tollgate does not know are kept as they are. An imported API starts inactive."
      >
        <Group gap="sm">
          <FileButton onChange={(file) => void read(file)} accept="application/json,.json">
            {(props) => (
              <Button variant="default" leftSection={<IconUpload size={16} />} {...props}>
                Choose a file
              </Button>
            )}
          </FileButton>
          {fileProblem !== undefined && (
            <Text size="sm" c="var(--mantine-color-error)" role="alert">
              {fileProblem}
            </Text>
          )}
        </Group>
        <DocumentEditor
          label="API definition"
          language="json"
          value={source}
          onChange={setSource}
          check={(typed) => {
            const one = readImport(typed)
            if (one.kind === 'problem') return [{ path: [], message: one.message }]
            return problemsOf(one.document.api_definition)
          }}
        />
        {definition !== undefined && definition.apiId !== '' && (
          <Switch
            label={`Keep its API ID, ${definition.apiId}`}
            description="Keys and policies that name it go on to open it. Without it, it gets a new one"
            checked={keepsId}
            onChange={(event) => setKeepsId(event.currentTarget.checked)}
          />
        )}
        {making.error !== null && <ErrorBox error={making.error} title="It was not imported" />}
        <Group justify="space-between" gap="sm">
          <Text size="sm" c="dimmed" id="import-reason" aria-live="polite">
            {reason ?? `“${definition?.name ?? ''}” can be imported`}
          </Text>
          <Group gap="xs">
            <Button variant="default" renderRoot={(root) => <Link to={paths.apis()} {...root} />}>
              CANCEL
            </Button>
            <Button
              disabled={reason !== undefined}
              loading={making.isPending}
              aria-describedby="import-reason"
              onClick={() => making.mutate()}
            >
              GENERATE API
            </Button>
          </Group>
        </Group>
      </FormSection>
    </>
  )
}
