import { Center, Loader } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { meQuery } from '../api/me.ts'
import { problemOf } from '../api/problem.ts'
import { ErrorBox } from '../ui/error-box.tsx'
import { SessionLostDialog } from './session-lost-dialog.tsx'
import { rememberSignIn, wasSignedIn } from './sign-in.ts'
import { SignInPage } from './sign-in-page.tsx'
import { cameSignedIn } from './sign-in-words.ts'

/** An identity provider leads back to an address that says so: the browser notes it like a sign-in by the form. */
function mayHaveSession(): boolean {
  if (!cameSignedIn(location.search)) return wasSignedIn()
  rememberSignIn(true)
  history.replaceState(history.state, '', location.pathname)
  return true
}

/** Shows the dashboard to who is signed in, and the sign-in page, at whatever address, to who is not. */
export function SignedIn({ children }: { readonly children: ReactNode }) {
  const queryClient = useQueryClient()
  const [mayBeSignedIn, setMayBeSignedIn] = useState(mayHaveSession)
  const { data: me, error, refetch } = useQuery({ ...meQuery, enabled: mayBeSignedIn })
  if (me !== undefined) {
    return (
      <>
        {children}
        <SessionLostDialog me={me} />
      </>
    )
  }
  if (!mayBeSignedIn || (error !== null && problemOf(error).status === 401)) {
    return (
      <SignInPage
        onSignedIn={async () => {
          rememberSignIn(true)
          setMayBeSignedIn(true)
          queryClient.removeQueries()
          await refetch()
        }}
      />
    )
  }
  return (
    <Center component="main" mih="100dvh" p="xl">
      {error === null ? (
        <Loader aria-label="Loading" />
      ) : (
        <ErrorBox error={error} onRetry={() => refetch()} />
      )}
    </Center>
  )
}
