import { Button, FileButton, Group, Paper, Stack, Text, Textarea } from '@mantine/core'
import { IconFileUpload, IconX } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { RequestFailed } from '../../api/problem.ts'
import { paths } from '../../lib/paths.ts'
import { isPast } from '../../lib/time-in-words.ts'
import { ErrorBox } from '../../ui/error-box.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { toastDone, toastFailed } from '../../ui/toast.tsx'
import { hasPrivateKey, pemProblem } from './certificate-words.ts'
import { addCertificate, certificateQuery } from './queries.ts'

/** Largest file that is read, bytes: a chain with its key is a few thousand. */
const maxFileBytes = 1_000_000

const expired = new RequestFailed({ message: 'the certificate has expired', field: undefined, status: 0 })

/** Adding a certificate: pasted, or from a file. The text stays in this page and is sent once. */
export function AddCertificatePage() {
  const [pasted, setPasted] = useState('')
  const [file, setFile] = useState<{ readonly name: string; readonly text: string }>()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const text = file?.text ?? pasted
  const problem = pemProblem(text)
  const add = useMutation({
    // A file as it is, not text: so it is sent without a detour through JSON.
    mutationFn: () => addCertificate(new Blob([text], { type: 'application/x-pem-file' })),
    gcTime: 0,
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: ['certificates'] })
      const { not_after } = await queryClient.fetchQuery(certificateQuery(id))
      if (isPast(not_after)) toastFailed(expired, 'Added, but')
      else toastDone('The certificate was added')
      void navigate({ to: paths.certificate(id) })
    },
  })
  const choose = async (chosen: File | null) => {
    if (chosen === null) return
    if (chosen.size > maxFileBytes) {
      toastFailed(tooLarge, chosen.name)
      return
    }
    setFile({ name: chosen.name, text: await chosen.text() })
    add.reset()
  }
  return (
    <>
      <PageHeader title="Add a certificate" about="As PEM, with its private key or without" />
      <FormSection
        title="Certificate"
        about="The certificate first, then the rest of its chain; its private key before or after. The key is sealed at once and never shown again."
      >
        {file === undefined ? (
          <Textarea
            label="PEM"
            placeholder={'-----BEGIN CERTIFICATE-----\n…\n-----END CERTIFICATE-----'}
            autosize
            minRows={8}
            maxRows={18}
            spellCheck={false}
            autoComplete="off"
            styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
            error={pasted === '' ? undefined : problem}
            value={pasted}
            onChange={(event) => {
              setPasted(event.currentTarget.value)
              add.reset()
            }}
          />
        ) : (
          <Paper withBorder p="sm">
            <Group justify="space-between" wrap="nowrap">
              <div>
                <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
                  {file.name}
                </Text>
                {problem !== undefined && (
                  <Text size="sm" c="var(--mantine-color-error)" role="alert">
                    {problem}
                  </Text>
                )}
              </div>
              <Button
                variant="subtle"
                color="gray"
                size="xs"
                leftSection={<IconX size={14} />}
                onClick={() => setFile(undefined)}
              >
                Another one
              </Button>
            </Group>
          </Paper>
        )}
        <Stack gap={4} align="flex-start">
          <FileButton
            onChange={(chosen) => void choose(chosen)}
            accept=".pem,.crt,.cer,.key,.txt"
            inputProps={{ 'aria-label': 'File with a certificate' }}
          >
            {(props) => (
              <Button variant="default" leftSection={<IconFileUpload size={16} />} {...props}>
                Choose a file
              </Button>
            )}
          </FileButton>
          {problem === undefined && (
            <Text size="sm" c="dimmed" aria-live="polite">
              {hasPrivateKey(text)
                ? 'With a private key: it can be shown to upstreams and serve a domain.'
                : 'Without a private key: it can be expected of clients and upstreams, and shown to nobody.'}
            </Text>
          )}
        </Stack>
      </FormSection>
      {add.error !== null && <ErrorBox error={add.error} title="The certificate was not added" />}
      <Group justify="flex-end" mt="md" gap="sm">
        <Text size="sm" c="dimmed" id="add-reason">
          {problem !== undefined && text === '' ? problem : ''}
        </Text>
        <Button variant="default" renderRoot={(root) => <Link to={paths.certificates()} {...root} />}>
          Cancel
        </Button>
        <Button
          loading={add.isPending}
          disabled={problem !== undefined}
          aria-describedby="add-reason"
          onClick={() => add.mutate()}
        >
          ADD
        </Button>
      </Group>
    </>
  )
}

const tooLarge = new RequestFailed({
  message: 'This file is too large for a certificate',
  field: undefined,
  status: 0,
})
