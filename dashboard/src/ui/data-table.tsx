import { Checkbox, Group, Pagination, Paper, Skeleton, Table, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import {
  columnVisibilityFeature,
  type RowData,
  type RowSelectionState,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { type MouseEvent, type ReactNode, useMemo, useState } from 'react'
import { count } from '../lib/numbers.ts'
import { ColumnMenu, useHiddenColumns } from './column-menu.tsx'
import classes from './data-table.module.css'
import { type EmptyAction, EmptyState } from './empty-state.tsx'
import { ErrorBox } from './error-box.tsx'
import type { ListState } from './list-state.ts'
import { moveAmongRows } from './row-keys.ts'
import { SearchField } from './search-field.tsx'
import { SortHeader } from './sort-header.tsx'

/** One column of a list. */
export type Column<Row> = {
  readonly id: string
  readonly header: string
  readonly cell: (row: Row) => ReactNode
  /** The server's word for this order; without one the list cannot be sorted by it. */
  readonly sort?: string
  readonly align?: 'right'
  /** Not shown until it is asked for. */
  readonly isExtra?: boolean
}

/** One page of a list, as a query yields it. */
type ListPage<Row> = {
  readonly rows: readonly Row[]
  readonly pages: number
  /** Rows in all, where the server says. */
  readonly total?: number | undefined
}

/** What of a query's result a list needs; `useQuery` gives it. */
type ListQuery<Row> = {
  readonly data: ListPage<Row> | undefined
  readonly error: unknown
  readonly isFetching: boolean
  readonly refetch: () => unknown
}

export type DataTableProps<Row extends RowData> = {
  /** Names the list, and what its columns' visibility is remembered under: "APIs". */
  readonly label: string
  /** The first one is the row's name: it holds the link. */
  readonly columns: readonly Column<Row>[]
  readonly list: ListQuery<Row>
  readonly state: ListState
  readonly rowId: (row: Row) => string
  /** The row's name in words, for those who do not see it. */
  readonly rowName: (row: Row) => string
  readonly rowLink?: (row: Row) => string
  /** Placeholder of the search field; without it there is none. */
  readonly searchLabel?: string
  /** Further filters, beside the search. */
  readonly filters?: ReactNode
  /** What can be done with the selected rows; without it none can be selected. */
  readonly bulk?: (selected: readonly Row[], clear: () => void) => ReactNode
  readonly empty: {
    readonly icon: Parameters<typeof EmptyState>[0]['icon']
    readonly text: string
    readonly action?: EmptyAction | undefined
  }
}

const features = tableFeatures({ rowSelectionFeature, columnVisibilityFeature })
const noRows: readonly never[] = []
/** Lines that stand for rows while the first page is loaded. */
const skeletonRows = 8

/**
 * A list that the server pages, searches and sorts; its state is in the address. A table where there is room, cards
 * where there is not.
 */
export function DataTable<Row extends RowData>(props: DataTableProps<Row>) {
  const { list, state, columns } = props
  const isNarrow = useMediaQuery('(max-width: 40rem)', undefined, { getInitialValueInEffect: false })
  const [selection, setSelection] = useState<RowSelectionState>({})
  const [hidden, toggleColumn] = useHiddenColumns(props.label, columns)
  const rows: readonly Row[] = list.data?.rows ?? noRows
  const table = useTable({
    features,
    data: rows,
    columns: useMemo(() => columns.map(({ id, header }) => ({ id, header })), [columns]),
    getRowId: props.rowId,
    state: { rowSelection: selection, columnVisibility: hidden },
    onRowSelectionChange: setSelection,
  })
  const selected = rows.filter((row) => selection[props.rowId(row)])
  const clear = () => setSelection({})
  const shown = columns.filter(({ id }) => table.getColumn(id)?.getIsVisible())
  const view: ViewProps<Row> = {
    ...props,
    columns: shown,
    selected: selection,
    select: (id, isSelected) => table.getRow(id).toggleSelected(isSelected),
    selectAll: (isSelected) => table.toggleAllRowsSelected(isSelected),
  }
  return (
    <>
      <Group justify="space-between" mb="sm" gap="xs">
        <Group gap="xs" flex={1}>
          {props.searchLabel !== undefined && (
            <SearchField label={props.searchLabel} value={state.q} onSearch={(q) => state.change({ q })} />
          )}
          {props.filters}
        </Group>
        {!isNarrow && <ColumnMenu columns={columns} hidden={hidden} onToggle={toggleColumn} />}
      </Group>
      {selected.length > 0 && props.bulk !== undefined && (
        <Paper withBorder p="xs" mb="sm" className={classes.bulk} role="region" aria-label="Selected rows">
          <Text size="sm" fw={600} px="xs" aria-live="polite">
            {count(selected.length)} selected
          </Text>
          {props.bulk(selected, clear)}
        </Paper>
      )}
      <Content {...view} isNarrow={isNarrow} />
      <Pages list={list} state={state} />
    </>
  )
}

type ViewProps<Row extends RowData> = DataTableProps<Row> & {
  readonly selected: Readonly<Record<string, true>>
  readonly select: (id: string, isSelected: boolean) => void
  readonly selectAll: (isSelected: boolean) => void
}

function Content<Row extends RowData>(props: ViewProps<Row> & { readonly isNarrow: boolean }) {
  const { list, state } = props
  if (list.data === undefined && list.error !== null && !list.isFetching) {
    return <ErrorBox error={list.error} onRetry={list.refetch} />
  }
  if (list.data?.rows.length === 0) {
    if (!state.isNarrowed && state.page === 1) return <EmptyState {...props.empty} />
    const clear = () =>
      state.change({ ...Object.fromEntries(Object.keys(searchOf(state)).map((name) => [name, ''])), q: '' })
    return (
      <EmptyState
        icon={props.empty.icon}
        text="Nothing matches this search."
        action={{ label: 'Show everything', onClick: clear }}
      />
    )
  }
  return props.isNarrow ? <Cards {...props} /> : <Rows {...props} />
}

/** The parameters in the address now; what narrows a list is cleared with them. */
function searchOf(state: ListState): Readonly<Record<string, string>> {
  return Object.fromEntries([...new URLSearchParams(location.search)].filter(([name]) => state.filter(name)))
}

function Rows<Row extends RowData>(props: ViewProps<Row>) {
  const { columns, list, state } = props
  const rows = list.data?.rows ?? noRows
  const selectable = props.bulk !== undefined
  const all = rows.length > 0 && rows.every((row) => props.selected[props.rowId(row)])
  const some = rows.some((row) => props.selected[props.rowId(row)])
  return (
    <Paper withBorder className={classes.frame} aria-busy={list.isFetching}>
      <Table
        aria-label={props.label}
        verticalSpacing={10}
        horizontalSpacing="md"
        className={classes.table}
        data-stale={list.isFetching && list.data !== undefined}
        onKeyDown={moveAmongRows}
      >
        <Table.Thead>
          <Table.Tr>
            {selectable && (
              <Table.Th w={44}>
                <Checkbox
                  size="xs"
                  aria-label="Select every row of this page"
                  checked={all}
                  indeterminate={some && !all}
                  onChange={(event) => props.selectAll(event.currentTarget.checked)}
                />
              </Table.Th>
            )}
            {columns.map((column) => (
              <SortHeader
                key={column.id}
                column={column}
                sort={state.sort}
                onSort={(sort) => state.change({ sort })}
              />
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {list.data === undefined &&
            Array.from({ length: skeletonRows }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines that are all alike
              <Table.Tr key={index}>
                {selectable && <Table.Td />}
                {columns.map(({ id }) => (
                  <Table.Td key={id}>
                    <Skeleton h={14} w="70%" my={4} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          {rows.map((row) => (
            <Line key={props.rowId(row)} row={row} {...props} />
          ))}
        </Table.Tbody>
      </Table>
    </Paper>
  )
}

function Line<Row extends RowData>(props: ViewProps<Row> & { readonly row: Row }) {
  const { row, columns } = props
  const id = props.rowId(row)
  const isSelected = props.selected[id] === true
  return (
    <Table.Tr data-row data-selected={isSelected} onClick={openRow}>
      {props.bulk !== undefined && (
        <Table.Td>
          <RowCheckbox {...props} />
        </Table.Td>
      )}
      {columns.map((column, index) => (
        <Table.Td key={column.id} ta={column.align}>
          {index === 0 ? <RowName {...props} /> : column.cell(row)}
        </Table.Td>
      ))}
    </Table.Tr>
  )
}

/** A click beside the controls of a row goes where its name leads; the link itself is there for the keyboard. */
function openRow(event: MouseEvent<HTMLElement>): void {
  if (!(event.target instanceof Element) || event.target.closest('a, button, input, label') !== null) return
  // Text that was just selected is to be copied.
  if (getSelection()?.isCollapsed === false) return
  event.currentTarget.querySelector<HTMLElement>('[data-row-link]')?.click()
}

function Cards<Row extends RowData>(props: ViewProps<Row>) {
  const { list } = props
  if (list.data === undefined) return <Skeleton h={360} aria-busy="true" />
  return (
    <ul
      className={classes.cards}
      aria-label={props.label}
      data-stale={list.isFetching}
      onKeyDown={moveAmongRows}
    >
      {list.data.rows.map((row) => (
        <li key={props.rowId(row)}>
          <Paper withBorder p="md" data-row>
            <Group justify="space-between" wrap="nowrap" mb="xs">
              <RowName row={row} {...props} />
              {props.bulk !== undefined && <RowCheckbox row={row} {...props} />}
            </Group>
            <dl className={classes.facts}>
              {props.columns.slice(1).map((column) => (
                <div key={column.id}>
                  <dt>{column.header}</dt>
                  <dd>{column.cell(row)}</dd>
                </div>
              ))}
            </dl>
          </Paper>
        </li>
      ))}
    </ul>
  )
}

function RowName<Row extends RowData>(props: ViewProps<Row> & { readonly row: Row }) {
  const content = props.columns[0]?.cell(props.row)
  const to = props.rowLink?.(props.row)
  if (to === undefined) return content
  return (
    <Link to={to} className={classes.name} data-row-link>
      {content}
    </Link>
  )
}

function RowCheckbox<Row extends RowData>(props: ViewProps<Row> & { readonly row: Row }) {
  const id = props.rowId(props.row)
  return (
    <Checkbox
      size="xs"
      data-row-select
      aria-label={`Select ${props.rowName(props.row)}`}
      checked={props.selected[id] === true}
      onChange={(event) => props.select(id, event.currentTarget.checked)}
    />
  )
}

function Pages<Row extends RowData>({
  list,
  state,
}: {
  readonly list: ListQuery<Row>
  readonly state: ListState
}) {
  const { data } = list
  if (data === undefined || (data.rows.length === 0 && state.page === 1)) return null
  return (
    <Group justify="space-between" mt="md">
      <Text size="sm" c="dimmed" aria-live="polite">
        {data.total === undefined
          ? `Page ${count(state.page)} of ${count(Math.max(1, data.pages))}`
          : `${count(data.total)} in all`}
      </Text>
      {data.pages > 1 && (
        <Pagination
          size="sm"
          total={data.pages}
          value={state.page}
          onChange={(page) => state.change({ p: String(page) })}
          siblings={1}
          getControlProps={(control) => ({ 'aria-label': `${control} page` })}
          getItemProps={(page) => ({ 'aria-label': `Page ${page}` })}
        />
      )}
    </Group>
  )
}
