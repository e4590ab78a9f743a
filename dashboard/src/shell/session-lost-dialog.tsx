import { Modal, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type Me, meQuery } from '../api/me.ts'
import { continueSession, useSessionLost } from '../api/session.ts'
import { SignInFlow } from './sign-in-flow.tsx'

/** Sign-in over the page when the session has ended: what was typed stays, and what was asked is asked again. */
export function SessionLostDialog({ me }: { readonly me: Me }) {
  const lost = useSessionLost()
  const queryClient = useQueryClient()
  const proceed = async () => {
    const now = await queryClient.fetchQuery({ ...meQuery, staleTime: 0 })
    // Somebody else's page must not go on with this one's rights and records.
    if (now.user.id !== me.user.id) location.assign('/')
    else continueSession()
  }
  return (
    <Modal
      opened={lost}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title="Your session has ended"
    >
      <Text size="sm" c="dimmed" mb="md">
        Sign in again to go on; nothing you have entered is lost.
      </Text>
      <SignInFlow email={me.user.email_address} onSignedIn={proceed} />
    </Modal>
  )
}
