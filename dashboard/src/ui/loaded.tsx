import { Skeleton, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { ErrorBox } from './error-box.tsx'
import { PageHeader } from './page-header.tsx'

/**
 * A page about one thing that has to be read first: a skeleton meanwhile, an error with a retry when it cannot be read.
 * @param props.title the page's title until the thing has a name
 */
export function Loaded<T>(props: {
  readonly title: string
  readonly query: {
    readonly data: T | undefined
    readonly error: unknown
    readonly refetch: () => unknown
  }
  readonly children: (loaded: T) => ReactNode
}) {
  const { data, error, refetch } = props.query
  if (data !== undefined) return props.children(data)
  return (
    <>
      <PageHeader title={props.title} />
      {error === null ? (
        <Stack gap="md" aria-busy="true">
          <Skeleton h={180} />
          <Skeleton h={320} />
        </Stack>
      ) : (
        <ErrorBox error={error} onRetry={refetch} />
      )}
    </>
  )
}
