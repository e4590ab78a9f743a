import { Alert, Button, Code, Group, SimpleGrid, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconDownload } from '@tabler/icons-react'
import { CopyButton } from '../ui/copy-button.tsx'

/** Recovery codes, which are shown this once. */
export function RecoveryCodes(props: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  const text = props.codes.join('\n')
  return (
    <Stack gap="md">
      <Alert color="yellow" variant="light" icon={<IconAlertTriangle />} title="Keep these recovery codes">
        Each of them signs you in once, in the place of the second factor, should you lose it. They are not
        shown again.
      </Alert>
      <SimpleGrid cols={2} spacing="xs" component="ul" p={0} m={0} aria-label="Recovery codes">
        {props.codes.map((code) => (
          <Code key={code} component="li" fz="sm" p="xs" style={{ listStyle: 'none', textAlign: 'center' }}>
            {code}
          </Code>
        ))}
      </SimpleGrid>
      <Group justify="space-between" gap="sm">
        <Group gap="xs">
          <CopyButton value={text} what="recovery codes" />
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconDownload size={16} />}
            renderRoot={(root) => (
              <a
                {...root}
                href={`data:text/plain;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
                download="tollgate-recovery-codes.txt"
              >
                {root.children}
              </a>
            )}
          >
            Download
          </Button>
        </Group>
        <Button onClick={props.onDone}>I have kept them</Button>
      </Group>
      <Text size="xs" c="dimmed">
        Print them, or put them into your password manager.
      </Text>
    </Stack>
  )
}
