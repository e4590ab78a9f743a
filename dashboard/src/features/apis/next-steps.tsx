import { Button, Code, Group, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { usePermissions } from '../../api/me.ts'
import { paths } from '../../lib/paths.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Note } from '../../ui/note.tsx'
import { modeOf } from './authentication-modes.ts'
import { type ApiDocument, apiFacts, apiUrlQuery } from './queries.ts'

/** Said once, after an API was made: that it is in force, and what to do next. */
export function NextSteps({ apiId, stored }: { readonly apiId: string; readonly stored: ApiDocument }) {
  const search = useSearch({ strict: false }) as { readonly made?: string }
  const navigate = useNavigate()
  const may = usePermissions()
  const { data: url } = useQuery({ ...apiUrlQuery(apiId), enabled: search.made !== undefined })
  if (search.made === undefined) return null
  const { name, isActive } = apiFacts(stored)
  const isOpen = modeOf(stored.api_definition) === 'keyless'
  const line = `curl ${url ?? ''}`
  return (
    <Note
      tone="good"
      title={isActive ? `“${name}” is in force` : `“${name}” is saved, and not active yet`}
      onClose={() => void navigate({ to: paths.api(apiId), replace: true })}
    >
      <Text size="sm">
        {isOpen
          ? 'Anybody may call it now.'
          : 'The gate is closed: a call without a key is refused. A key opens it.'}
      </Text>
      <Group gap={6} wrap="nowrap">
        <Code style={{ overflowWrap: 'anywhere' }}>{line}</Code>
        <CopyButton value={line} what="command" />
      </Group>
      <Group gap="xs">
        {!isOpen && may('keys', 'write') && (
          <Button renderRoot={(root) => <Link to={paths.newKey(apiId)} {...root} />}>
            Create a key for it
          </Button>
        )}
        <Button variant="default" renderRoot={(root) => <Link to={paths.api(apiId, 'try')} {...root} />}>
          Try it
        </Button>
      </Group>
    </Note>
  )
}
