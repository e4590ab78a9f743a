import type { z } from 'zod'
import type { PathMatching } from '../definition/path-pattern.ts'
import type { Path, Report } from '../definition/problem.ts'
import type { Why } from '../judge/refused.ts'
import type { RequestFacts } from '../judge/request-facts.ts'
import type { OrganisationLimits } from '../limits/organisation-limits.ts'

/** What every description of a behaviour says, whatever level of a definition it stands at. */
type Described = {
  /** `ip-block-list`: by it the gateway's steps are put in order. */
  readonly name: string
  /** What people call it, as it stands within a sentence: "caching of replies". */
  readonly label: string
}

/** A document of which nothing is known yet. */
export type Document = Readonly<Record<string, unknown>>

/** Fields by where they stand in a classic definition: at its root, in `proxy`, in `proxy.transport`. */
export type ApiFields = {
  readonly api?: z.ZodRawShape
  readonly proxy?: z.ZodRawShape
  readonly transport?: z.ZodRawShape
}

type Read<Shape> = Shape extends z.ZodRawShape ? z.infer<z.ZodObject<Shape>> : unknown

/** The part of a definition that these fields make up. */
export type FieldsOf<Fields extends ApiFields> = Read<Fields['api']> & {
  readonly proxy?:
    | (Read<Fields['proxy']> & { readonly transport?: Read<Fields['transport']> | null | undefined })
    | null
    | undefined
}

/** What compilation knows beside the part of the document that it compiles. */
export type CompileContext = {
  readonly apiId: string
  readonly orgId: string
  /** Of the API; its id where it has no name. */
  readonly name: string
  /** What the features of the API have come to, by slot, when those of its versions are compiled. */
  readonly api: Document
  readonly matching: PathMatching
  readonly report: Report
}

/** What a request is judged about. */
export type Subject = {
  /** Of the API; of the version, for what is judged of that. */
  readonly name: string
  /** The organisation's own limits, where they are enforced. */
  readonly organisation?: OrganisationLimits | undefined
}

/** Says why a request may not go on; undefined = it may, as far as this is concerned. Pure. */
type Judge<Compiled> = (
  compiled: Compiled,
  facts: RequestFacts,
  nowMs: number,
  subject: Subject,
) => Why | undefined

/**
 * A behaviour of the whole API. `compile` validates: it never throws, and what it takes without a problem can be served.
 * `slot` names what it comes to in the compiled API; the gateway's step calls what `judge` calls.
 */
export type ApiFeature<Slot extends string, Fields extends ApiFields, Compiled> = Described & {
  readonly level: 'api'
  readonly slot: Slot
  readonly fields: Fields
  readonly compile: (document: FieldsOf<Fields>, context: CompileContext) => Compiled
  readonly judge?: Judge<Compiled>
  /** Whether `judge` lets every request go on: then it is not asked. */
  readonly isIdle?: (compiled: Compiled) => boolean
  /** What only the gateway can find out, in words, where it is more than `judge` can say. */
  readonly notJudged?: (compiled: Compiled, facts: RequestFacts) => string | undefined
}

/** A behaviour of one version. */
export type VersionFeature<Slot extends string, Shape extends z.ZodRawShape, Compiled> = Described & {
  readonly level: 'version'
  readonly slot: Slot
  readonly fields: Shape
  readonly compile: (info: z.infer<z.ZodObject<Shape>>, context: CompileContext) => Compiled
  readonly judge?: Judge<Compiled>
  /** Whether `judge` lets every request go on: then it is not asked. */
  readonly isIdle?: (compiled: Compiled) => boolean
}

/** A setting for certain methods; an empty method stands for any. */
export type MethodSetting<Setting> = { readonly method: string; readonly value: Setting }

/** Fields that every entry of a list of paths has. */
export type EndpointEntry = {
  readonly path: string
  readonly method?: string | undefined
  readonly disabled?: boolean | undefined
  readonly ignore_case?: boolean | undefined
}

/** A behaviour of single paths. `list`: its name in `extended_paths`. */
export type OperationFeature<
  Slot extends string,
  List extends string,
  Shape extends z.ZodRawShape,
  Setting,
> = Described & {
  readonly level: 'operation'
  readonly slot: Slot
  readonly list: List
  /** One line on what it does, for who chooses a rule. */
  readonly about: string
  readonly fields: Shape
  /** What an entry means; none = nothing. */
  readonly compile: (
    entry: EndpointEntry & z.infer<z.ZodObject<Shape>>,
    context: CompileContext,
  ) => readonly MethodSetting<Setting>[]
  readonly judge?: Judge<Setting>
  /** What a new entry begins with, beside its path and method. */
  readonly fresh: Document
  /** What an entry says, in a few words; empty when the label says all. */
  readonly words: (entry: Document) => string
}

/** A behaviour that is kept and not done. */
export type KeptFeature<Fields extends ApiFields = ApiFields> = Described & {
  readonly level: 'kept'
  readonly fields: Fields
  /** Why it is not done: completes a sentence that begins with the field's name. */
  readonly kept: string
  /** Where a document asks for it; undefined when it does not. */
  readonly asked: (document: Document) => Path | undefined
}

/** A kind of rule for single paths that is kept and not done. `list`: its name in `extended_paths`. */
export type KeptOperation = Described & {
  readonly level: 'kept-operation'
  readonly list: string
  readonly kept: string
}

/** Types a feature of the API; there is nothing more to it, nor to the next two. */
export function apiFeature<const Slot extends string, const Fields extends ApiFields, Compiled>(
  feature: Omit<ApiFeature<Slot, Fields, Compiled>, 'level'>,
): ApiFeature<Slot, Fields, Compiled> {
  return { level: 'api', ...feature }
}

export function versionFeature<const Slot extends string, const Shape extends z.ZodRawShape, Compiled>(
  feature: Omit<VersionFeature<Slot, Shape, Compiled>, 'level'>,
): VersionFeature<Slot, Shape, Compiled> {
  return { level: 'version', ...feature }
}

export function operationFeature<
  const Slot extends string,
  const List extends string,
  const Shape extends z.ZodRawShape,
  Setting,
>(
  feature: Omit<OperationFeature<Slot, List, Shape, Setting>, 'level'>,
): OperationFeature<Slot, List, Shape, Setting> {
  return { level: 'operation', ...feature }
}

/** The setting of an entry that holds for its own method. */
export function forItsMethod<Setting>(
  { method }: EndpointEntry,
  value: Setting,
): readonly MethodSetting<Setting>[] {
  return [{ method: method ?? '', value }]
}

/** A label, or what a problem says, as it begins a line. */
export function labelAsTitle(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1)
}
