import { Radio, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useMe, usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { useDocumentForm } from '../../lib/use-document-form.ts'
import { SwitchField, TextField } from '../../ui/fields.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { PageHeader } from '../../ui/page-header.tsx'
import { SaveBar } from '../../ui/save-bar.tsx'
import { listenPathOf, newApiTemplate, slugOf } from './new-api.ts'
import { isAt, problemsOf } from './problems.ts'
import { createApi } from './queries.ts'

/** A new API: its name, its target, how callers say who they are. All else can follow in the designer. */
export function NewApiPage() {
  const may = usePermissions()
  const { gateway_url: gateway } = useMe()
  const navigate = useNavigate()
  const queryClient = useQueryClient()
  const form = useDocumentForm(newApiTemplate)
  const { api_definition: definition } = form.documentToSend
  const problems = useMemo(() => problemsOf(definition), [definition])
  const saving = useMutation({
    mutationFn: () => createApi(form.documentToSend),
    onSuccess: async (apiId) => {
      await queryClient.invalidateQueries({ queryKey: ['apis'] })
      await navigate({ to: paths.madeApi(apiId) })
    },
  })
  const { name, proxy } = definition
  const problemAt = (...path: string[]) => problems.find((problem) => isAt(problem, path))
  // An empty field is no mistake yet: the bar says what is missing.
  const complaint = (value: string, ...path: string[]) =>
    value === '' ? undefined : problemAt(...path)?.message
  const first = problems[0]
  const reason = !may('apis', 'write')
    ? 'You may not create APIs'
    : name.trim() === ''
      ? 'Give it a name'
      : proxy.target_url === ''
        ? 'Say where its target is'
        : first && `${first.field}: ${first.message}`
  return (
    <>
      <PageHeader title="Add new API" about="Where your service is, and how callers say who they are." />
      <FormSection title="API Settings">
        <TextInput
          label="API Name"
          placeholder="Orders"
          withAsterisk
          aria-required
          autoComplete="off"
          value={name}
          onChange={(event) => {
            const next = event.currentTarget.value
            form.set(['api_definition', 'name'], next)
            form.set(['api_definition', 'slug'], slugOf(next))
            // The listen path follows the name until somebody writes another one.
            if (proxy.listen_path === listenPathOf(name))
              form.set(['api_definition', 'proxy', 'listen_path'], listenPathOf(next))
          }}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label="Target URL"
            description="Where your service is"
            placeholder="http://127.0.0.1:8081/"
            withAsterisk
            aria-required
            autoComplete="off"
            spellCheck={false}
            value={proxy.target_url}
            error={complaint(proxy.target_url, 'proxy', 'target_url')}
            onChange={(event) =>
              form.set(['api_definition', 'proxy', 'target_url'], event.currentTarget.value.trim())
            }
          />
          <TextInput
            label="Listen path"
            description={`Callers reach it at ${gateway.replace(/\/$/, '')}${proxy.listen_path || '/…/'}`}
            placeholder="/orders/"
            autoComplete="off"
            spellCheck={false}
            value={proxy.listen_path}
            error={complaint(proxy.listen_path, 'proxy', 'listen_path')}
            onChange={(event) =>
              form.set(['api_definition', 'proxy', 'listen_path'], event.currentTarget.value)
            }
          />
        </SimpleGrid>
        <SwitchField
          form={form}
          path={['api_definition', 'active']}
          label="API is active"
          about="It is in force as soon as it is saved"
        />
      </FormSection>
      <FormSection title="Authentication">
        <Radio.Group
          label="Authentication mode"
          value={definition.use_keyless ? 'keyless' : 'token'}
          onChange={(mode) => {
            form.set(['api_definition', 'use_keyless'], mode === 'keyless')
            form.set(['api_definition', 'use_standard_auth'], mode === 'token')
          }}
        >
          <Stack gap="xs" mt="xs">
            <Radio
              value="token"
              label="Auth Token"
              description="Each request carries a key; without one it is refused"
            />
            <Radio value="keyless" label="Open (Keyless)" description="Anybody may call" />
          </Stack>
        </Radio.Group>
        {!definition.use_keyless && (
          <TextField
            form={form}
            path={['api_definition', 'auth', 'auth_header_name']}
            label="Auth Key Header Name"
            about="The header in which callers send their key"
            isMono
          />
        )}
        <Text size="xs" c="dimmed">
          Versions, rules of paths, limits and the rest can follow once it is saved.
        </Text>
      </FormSection>
      <SaveBar
        form={form}
        action="SAVE"
        onSave={() => saving.mutate()}
        isSaving={saving.isPending}
        error={saving.error}
        reason={reason}
        isNew
      />
    </>
  )
}
