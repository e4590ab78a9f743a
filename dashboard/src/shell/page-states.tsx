import { Skeleton, Stack } from '@mantine/core'
import { IconMapOff } from '@tabler/icons-react'
import type { ErrorComponentProps } from '@tanstack/react-router'
import { paths } from '../lib/paths.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { ErrorBox } from '../ui/error-box.tsx'
import { PageHeader } from '../ui/page-header.tsx'

/** While a page's code is fetched. */
export function PagePending() {
  return (
    <Stack gap="md" aria-busy="true" aria-label="Loading">
      <Skeleton h={36} w={220} />
      <Skeleton h={320} />
    </Stack>
  )
}

/** When a page cannot be shown: its code could not be fetched, or it has made a mistake. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  return <ErrorBox error={error} onRetry={reset} />
}

/** An address that leads nowhere. */
export function NotFound() {
  return (
    <>
      <PageHeader title="Page not found" />
      <EmptyState
        icon={IconMapOff}
        text="Nothing lives at this address."
        action={{ label: 'Go to the start', to: paths.home() }}
      />
    </>
  )
}
