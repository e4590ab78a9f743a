import { Paper, Skeleton, Text, Title } from '@mantine/core'
import { useEffect, useState } from 'react'
import { ErrorBox } from '../../ui/error-box.tsx'
import { EffectiveAccess } from './effective-access.tsx'
import { type Access, type KeyDocument, previewKey } from './queries.ts'

/** How long editing has to pause before the server is asked, milliseconds. */
const pauseMs = 300

/** What the key will be able to do, as the server would judge it; asked anew as the form changes. */
export function Preview(props: { readonly document: KeyDocument; readonly opensSomething: boolean }) {
  const { access, error } = usePreview(props.document, props.opensSomething)
  return (
    <Paper withBorder p="md" component="section" aria-label="What this key will do" aria-live="polite">
      <Title order={2} size="h5" mb="xs">
        What this key will do
      </Title>
      {!props.opensSomething ? (
        <Text size="sm" c="dimmed">
          Nothing yet. Add an access rule, and what is in force shows here, each limit with who set it.
        </Text>
      ) : error !== undefined ? (
        <ErrorBox error={error} title="The server would refuse this" />
      ) : access === undefined ? (
        <Skeleton h={140} />
      ) : (
        <EffectiveAccess access={access} isDraft />
      )}
    </Paper>
  )
}

type State = { readonly access?: Access; readonly error?: unknown }

/** Asked by hand and not through the query cache: the document may hold a password. */
function usePreview(document: KeyDocument, isAsked: boolean): State {
  const [state, setState] = useState<State>({})
  const { basic_auth_data: _, ...asked } = document
  const body = JSON.stringify(asked)
  useEffect(() => {
    if (!isAsked) {
      setState({})
      return
    }
    const giveUp = new AbortController()
    const timer = setTimeout(async () => {
      try {
        setState({ access: await previewKey(JSON.parse(body), giveUp.signal) })
      } catch (error) {
        if (!giveUp.signal.aborted) setState({ error })
      }
    }, pauseMs)
    return () => {
      clearTimeout(timer)
      giveUp.abort()
    }
  }, [body, isAsked])
  return state
}
