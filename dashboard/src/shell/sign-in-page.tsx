import { Alert, Anchor, Paper, Stack, Text, Title } from '@mantine/core'
import { Brand } from './brand.tsx'
import { SignInFlow } from './sign-in-flow.tsx'
import classes from './sign-in-page.module.css'
import { signInFailure } from './sign-in-words.ts'

/** The page before everything else. */
export function SignInPage({ onSignedIn }: { readonly onSignedIn: () => Promise<void> }) {
  const failure = signInFailure(location.search)
  return (
    <main className={classes.page}>
      <title>Sign in · Tollgate</title>
      <div className={classes.column}>
        <Brand size={44} />
        <Paper withBorder p="xl" mt="lg" shadow="sm">
          <Title order={1} size="h3" mb={4}>
            Sign in
          </Title>
          <Text c="dimmed" size="sm" mb="lg">
            To the dashboard of this gateway
          </Text>
          {failure !== undefined && (
            <Alert color="red" role="alert" title="Not signed in" mb="md">
              {failure}
            </Alert>
          )}
          <SignInFlow onSignedIn={onSignedIn} />
        </Paper>
        <Stack gap={4} mt="lg" px="xs">
          <Text size="sm" c="dimmed">
            First time here? The first start printed an e-mail and a password in the terminal, once. Whoever
            runs this server has them.
          </Text>
          <Text size="sm">
            <Anchor href="/docs" inherit underline="always">
              REST API reference
            </Anchor>
          </Text>
        </Stack>
      </div>
    </main>
  )
}
