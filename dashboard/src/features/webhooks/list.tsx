import { Button, Text } from '@mantine/core'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { usePermissions } from '../../api/me.ts'
import { counted } from '../../lib/numbers.ts'
import { paths } from '../../lib/paths.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { useListState } from '../../ui/list-state.ts'
import { PageHeader } from '../../ui/page-header.tsx'
import { type Webhook, webhookFacts, webhooksQuery } from './queries.ts'

const columns: readonly Column<Webhook>[] = [
  { id: 'name', header: 'Name', cell: (row) => webhookFacts(row).name },
  { id: 'method', header: 'Method', cell: (row) => <code>{webhookFacts(row).method}</code> },
  {
    id: 'target',
    header: 'Target URL',
    cell: (row) => <code style={{ overflowWrap: 'anywhere' }}>{webhookFacts(row).target}</code>,
  },
  {
    id: 'headers',
    header: 'Headers',
    cell: (row) => webhookFacts(row).headers.join(', ') || <Dimmed text="none" />,
  },
  {
    id: 'pause',
    header: 'Told again after',
    cell: (row) => {
      const { pauseSeconds } = webhookFacts(row)
      return pauseSeconds === 0 ? <Dimmed text="every time" /> : counted(pauseSeconds, 'second')
    },
  },
]

/** The list of webhooks. */
export function WebhooksPage() {
  const state = useListState()
  const list = useQuery(webhooksQuery(state.page))
  const mayWrite = usePermissions()('hooks', 'write')
  return (
    <>
      <PageHeader
        title="Webhooks"
        about="Who is told when requests are refused: over a limit, expired, without a right"
        actions={
          mayWrite && (
            <Button
              leftSection={<IconPlus size={16} />}
              renderRoot={(root) => <Link to={paths.newWebhook()} {...root} />}
            >
              CREATE
            </Button>
          )
        }
      />
      <DataTable
        label="Webhooks"
        columns={columns}
        list={list}
        state={state}
        rowId={(row) => webhookFacts(row).id}
        rowName={(row) => webhookFacts(row).name}
        rowLink={(row) => paths.webhook(webhookFacts(row).id)}
        empty={{
          icon: IconWebhook,
          text: 'No webhook yet. One tells your own system when a limit is hit or a key has expired.',
          action: mayWrite ? { label: 'CREATE', to: paths.newWebhook() } : undefined,
        }}
      />
    </>
  )
}

function Dimmed({ text }: { readonly text: string }) {
  return (
    <Text span inherit c="dimmed">
      {text}
    </Text>
  )
}
