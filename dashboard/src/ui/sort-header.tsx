import { Table, UnstyledButton } from '@mantine/core'
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react'
import classes from './data-table.module.css'

type Sortable = { readonly header: string; readonly sort?: string; readonly align?: 'right' }

/** A column's head; one that can be sorted by is a button: up, down, the server's own order. */
export function SortHeader(props: {
  readonly column: Sortable
  readonly sort: string
  readonly onSort: (sort: string) => void
}) {
  const { header, sort, align } = props.column
  if (sort === undefined) {
    return (
      <Table.Th scope="col" ta={align}>
        {header}
      </Table.Th>
    )
  }
  const order = props.sort === sort ? 'ascending' : props.sort === `-${sort}` ? 'descending' : 'none'
  const next = order === 'none' ? sort : order === 'ascending' ? `-${sort}` : ''
  const Icon = order === 'ascending' ? IconArrowUp : order === 'descending' ? IconArrowDown : IconArrowsSort
  return (
    <Table.Th scope="col" ta={align} aria-sort={order}>
      <UnstyledButton className={classes.sort} onClick={() => props.onSort(next)}>
        {header}
        <Icon size={13} opacity={order === 'none' ? 0.45 : 1} />
      </UnstyledButton>
    </Table.Th>
  )
}
