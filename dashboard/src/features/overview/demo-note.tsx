import { Button, Group, Paper, Text } from '@mantine/core'
import { IconFlask } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { usePermissions } from '../../api/me.ts'
import { counted } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { toastDone, toastFailed } from '../../ui/toast.tsx'
import { clearDemo, type Overview } from './queries.ts'

type Demo = NonNullable<Overview['demo']>

/** The demo of the first start: what it is, and one click that clears it away. It asks only when keys would go too. */
export function DemoNote({ demo }: { readonly demo: Demo }) {
  const may = usePermissions()
  const queryClient = useQueryClient()
  const [isAsking, setIsAsking] = useState(false)
  const clear = useMutation({
    mutationFn: clearDemo,
    onSuccess: async () => {
      toastDone('The demo is gone')
      await queryClient.invalidateQueries()
    },
  })
  const [api] = demo.apis
  const more = [
    ...(demo.keys > 0 ? [counted(demo.keys, 'key')] : []),
    ...(demo.policies > 0 ? [counted(demo.policies, 'policy', 'policies')] : []),
  ]
  return (
    <Paper withBorder px="md" py="xs" mb="md" component="aside" aria-label="Demo">
      <Group justify="space-between" gap="xs">
        <Group gap="xs" wrap="nowrap" flex={1} miw={240}>
          <IconFlask size={18} style={{ flex: 'none' }} />
          <Text size="sm">
            There is a demo API to try things with
            {api !== undefined && (
              <>
                {': '}
                <Link to={paths.api(api.id, 'try')} style={{ color: 'var(--link)' }}>
                  {api.name || 'Demo'}
                </Link>
              </>
            )}
            . It answers with what it was sent.
          </Text>
        </Group>
        {may.isAdmin && (
          <Button
            size="xs"
            variant="default"
            loading={clear.isPending}
            onClick={() =>
              more.length > 0
                ? setIsAsking(true)
                : clear.mutate(undefined, {
                    onError: (error) => toastFailed(error, 'The demo is still there'),
                  })
            }
          >
            Clear the demo away
          </Button>
        )}
      </Group>
      <ConfirmDialog
        opened={isAsking}
        onClose={() => setIsAsking(false)}
        title="Clear the demo away?"
        action="Clear it away"
        onConfirm={() => clear.mutateAsync()}
      >
        {more.join(' and ')} that {demo.keys + demo.policies === 1 ? 'opens' : 'open'} nothing but the demo{' '}
        {demo.keys + demo.policies === 1 ? 'goes' : 'go'} with it.
      </ConfirmDialog>
    </Paper>
  )
}
