import { Title } from '@mantine/core'
import { OwnPassword } from './own-password.tsx'
import { Passkeys } from './passkeys.tsx'
import { SecondFactor } from './second-factor.tsx'
import { Sessions } from './sessions.tsx'

/** How the user signs in, and where: password, second factor, passkeys, sessions. */
export function SignInSecurity() {
  return (
    <>
      <Title order={2} size="h3" mt="lg" mb="sm">
        Sign-in security
      </Title>
      <OwnPassword />
      <SecondFactor />
      <Passkeys />
      <Sessions />
    </>
  )
}
