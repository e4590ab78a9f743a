import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconDeviceDesktop } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { counted } from '../../lib/numbers.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { ErrorBox } from '../../ui/error-box.tsx'
import { FormSection } from '../../ui/form-section.tsx'
import { StatusBadge } from '../../ui/status-badge.tsx'
import { Time } from '../../ui/time.tsx'
import { toastDone, toastFailed } from '../../ui/toast.tsx'
import { browserInWords } from './browser-words.ts'
import { type BrowserSession, endOtherSessions, endSession, sessionsQuery } from './queries.ts'

/** What a session was begun with, in words. */
const methods = {
  password: 'by password',
  passkey: 'by passkey',
  'single-sign-on': 'by identity provider',
} as const

/** Where the user is signed in, and the ends of it. */
export function Sessions() {
  const queryClient = useQueryClient()
  const sessions = useQuery(sessionsQuery)
  const [isAsking, setAsking] = useState(false)
  const others = sessions.data?.filter(({ current }) => !current).length ?? 0
  const refresh = () => queryClient.invalidateQueries({ queryKey: ['sessions'] })
  return (
    <FormSection
      title="Sessions"
      about="The browsers in which you are signed in. End those that you do not know."
    >
      {sessions.isPending && <Skeleton h={96} />}
      {sessions.error !== null && <ErrorBox error={sessions.error} onRetry={sessions.refetch} />}
      <Stack gap={0} component="ul" p={0} m={0} aria-label="Sessions" style={{ listStyle: 'none' }}>
        {sessions.data?.map((session) => (
          <Session key={session.id} session={session} onEnded={refresh} />
        ))}
      </Stack>
      <Group gap="sm">
        <Button variant="default" disabled={others === 0} onClick={() => setAsking(true)}>
          Sign out everywhere else
        </Button>
        {others === 0 && sessions.data !== undefined && (
          <Text size="sm" c="dimmed">
            This is the only session.
          </Text>
        )}
      </Group>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setAsking(false)}
        title="Sign out everywhere else?"
        action="Sign out everywhere else"
        isHarmless
        onConfirm={async () => {
          const ended = await endOtherSessions()
          await refresh()
          toastDone(`${counted(ended, 'session')} ended`)
        }}
      >
        {counted(others, 'other session')} will end at once. This one goes on.
      </ConfirmDialog>
    </FormSection>
  )
}

function Session(props: { readonly session: BrowserSession; readonly onEnded: () => Promise<unknown> }) {
  const { session } = props
  const name = browserInWords(session.user_agent)
  const end = useMutation({
    mutationFn: () => endSession(session.id),
    onSuccess: async () => {
      await props.onEnded()
      toastDone('The session has ended')
    },
    onError: (error) => toastFailed(error, 'The session was not ended'),
  })
  return (
    <Group
      component="li"
      justify="space-between"
      gap="sm"
      py="sm"
      style={{ borderBottom: '1px solid var(--line)' }}
    >
      <Group gap="sm" wrap="nowrap" miw={0}>
        <IconDeviceDesktop size={20} stroke={1.6} />
        <div style={{ minWidth: 0 }}>
          <Group gap="xs">
            <Text size="sm" fw={600} title={session.user_agent}>
              {name}
            </Text>
            {session.current && <StatusBadge tone="good" word="This browser" />}
          </Group>
          <Text size="xs" c="dimmed" component="div">
            {session.address} · {methods[session.method]} · last seen <Time at={session.last_seen_at} /> ·
            signed in <Time at={session.created_at} /> · ends <Time at={session.expires_at} />
          </Text>
        </div>
      </Group>
      {!session.current && (
        <Button
          variant="default"
          size="compact-sm"
          aria-label={`End the session of ${name}`}
          loading={end.isPending}
          onClick={() => end.mutate()}
        >
          End
        </Button>
      )}
    </Group>
  )
}
