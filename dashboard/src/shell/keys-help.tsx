import { Group, Kbd, Modal, Stack, Text } from '@mantine/core'
import type { GoKey } from './go-keys.ts'

type Line = readonly [readonly string[], string]

/** Every key that means something, and what. */
const sections: readonly { readonly title: string; readonly lines: readonly Line[] }[] = [
  {
    title: 'Anywhere',
    lines: [
      [['Ctrl', 'K'], 'Find anything, or do something'],
      [['/'], 'To the search of the page; where it has none, find anything'],
      [['?'], 'This list'],
      [['Esc'], 'Close what is open'],
    ],
  },
  {
    title: 'In a list',
    lines: [
      [['↓', '↑'], 'The row after, the row before (also j and k)'],
      [['Enter'], 'Open the row'],
      [['x'], 'Select the row'],
    ],
  },
  { title: 'In a form', lines: [[['Ctrl', 'S'], 'Save']] },
  {
    title: 'In the palette of Ctrl K',
    lines: [
      [['Enter'], 'Open or do'],
      [['Tab'], 'What can be done with it: disable, copy its id'],
      [['Shift', 'Tab'], 'Back to what was found'],
    ],
  },
]

/** The dialog that `?` opens. */
export function KeysHelp(props: {
  readonly opened: boolean
  readonly onClose: () => void
  readonly goKeys: readonly GoKey[]
}) {
  const going: readonly Line[] = props.goKeys.map(({ letter, label }) => [['g', letter], label])
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title="Keys of the keyboard"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="lg">
        {[...sections, { title: 'Go to a page: one after the other', lines: going }].map(
          ({ title, lines }) => (
            <section key={title} aria-label={title}>
              <Text size="xs" fw={600} c="dimmed" mb={6}>
                {title}
              </Text>
              <Stack gap={6}>
                {lines.map(([names, meaning]) => (
                  <Group key={meaning} justify="space-between" wrap="nowrap" gap="md">
                    <Text size="sm">{meaning}</Text>
                    <Group gap={4} wrap="nowrap">
                      {names.map((name) => (
                        <Kbd key={name}>{name}</Kbd>
                      ))}
                    </Group>
                  </Group>
                ))}
              </Stack>
            </section>
          ),
        )}
      </Stack>
    </Modal>
  )
}
