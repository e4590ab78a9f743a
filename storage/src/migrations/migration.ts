import type { ColumnDataType, Expression, Kysely } from 'kysely'

/** One step of the schema. Steps are never edited once released: a change is a new step with the next number. */
export type Migration = {
  readonly number: number
  readonly name: string
  readonly up: (
    db: Kysely<unknown>,
    columns: { readonly text: ColumnDataType | Expression<unknown> },
  ) => Promise<void>
}
