import type { Compilable, CompiledQuery } from 'kysely'
import type { Db } from './schema.ts'

/** A query that is compiled once per database instead of at each use (compiling costs more than running it). */
export type Statement<Parameters extends object, Row> = (db: Db, parameters: Parameters) => Promise<Row[]>

/** Stands in a query for the parameter of that name until it is run. */
class Slot {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

type Compiled = { readonly query: CompiledQuery; readonly names: readonly string[] }
type SlotFor<Parameters> = <Name extends keyof Parameters & string>(name: Name) => Parameters[Name]

/**
 * Builds a `Statement` from an ordinary Kysely query in which `slot('name')` stands for each parameter; the parameters
 * are given by name when it is run. Every parameter of the query must be a slot.
 */
export function statement<Parameters extends object, Row = never>(
  build: (db: Db, slot: SlotFor<Parameters>) => Compilable<Row>,
): Statement<Parameters, Row> {
  const compiledFor = new WeakMap<object, Compiled>()
  return async (db, parameters) => {
    const executor = db.getExecutor()
    let compiled = compiledFor.get(executor.adapter)
    if (compiled === undefined) {
      compiled = compileSlots(build, db)
      compiledFor.set(executor.adapter, compiled)
    }
    // The names are those that the type of `slot` let through.
    const values = parameters as Readonly<Record<string, unknown>>
    const query = { ...compiled.query, parameters: compiled.names.map((name) => values[name]) }
    return (await executor.executeQuery<Row>(query as CompiledQuery<Row>)).rows
  }
}

/** The SQL of a statement and the order of its parameters: for running it without Kysely. */
export function compileSlots<Parameters extends object, Row>(
  build: (db: Db, slot: SlotFor<Parameters>) => Compilable<Row>,
  db: Db,
): Compiled {
  // A slot poses as a value of its parameter's type only while the query is built.
  const query = build(db, (name) => new Slot(name) as never).compile()
  const names = query.parameters.map((parameter) => {
    if (!(parameter instanceof Slot))
      throw new TypeError(`a parameter of this statement is no slot: ${query.sql}`)
    return parameter.name
  })
  return { query, names }
}
