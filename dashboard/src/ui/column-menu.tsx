import { ActionIcon, Checkbox, Popover, Stack, Text, Tooltip } from '@mantine/core'
import { useLocalStorage } from '@mantine/hooks'
import { IconColumns3 } from '@tabler/icons-react'

type Named = { readonly id: string; readonly header: string; readonly isExtra?: boolean }

/** Which columns of a list are shown, remembered by this browser: `false` = hidden. */
export function useHiddenColumns(
  list: string,
  columns: readonly Named[],
): readonly [Record<string, boolean>, (id: string) => void] {
  const [chosen, setChosen] = useLocalStorage<Record<string, boolean>>({
    key: `tollgate-columns-${list}`,
    defaultValue: {},
    getInitialValueInEffect: false,
  })
  const extras = columns.filter((column) => column.isExtra).map(({ id }) => [id, false])
  const shown = { ...Object.fromEntries(extras), ...chosen }
  return [shown, (id) => setChosen({ ...chosen, [id]: shown[id] === false })]
}

/** The button that chooses columns. The first one names the row and always stays. */
export function ColumnMenu(props: {
  readonly columns: readonly Named[]
  readonly hidden: Readonly<Record<string, boolean>>
  readonly onToggle: (id: string) => void
}) {
  return (
    <Popover position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label="Choose columns">
          <ActionIcon variant="default" size="lg" aria-label="Choose columns">
            <IconColumns3 size={17} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="xs" c="dimmed" mb="xs">
          Columns
        </Text>
        <Stack gap="xs">
          {props.columns.slice(1).map(({ id, header }) => (
            <Checkbox
              key={id}
              size="xs"
              label={header}
              checked={props.hidden[id] !== false}
              onChange={() => props.onToggle(id)}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
