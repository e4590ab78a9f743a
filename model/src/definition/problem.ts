/** Where something stands in a document. */
export type Path = readonly (string | number)[]

/** What kinds of things may be wrong with a definition, or not done of it; the message says it of one field. */
export type ProblemCode =
  /** Something that must be there is not. */
  | 'missing'
  /** It cannot be read as what it is to be. */
  | 'malformed'
  | 'too_long'
  /** It holds characters that cannot be sent or matched. */
  | 'characters'
  /** It names something that does not exist. */
  | 'unknown'
  /** Two parts of the document contradict each other. */
  | 'conflict'
  /** The gateway needs it for itself. */
  | 'reserved'
  /** It can be read, and cannot be done. */
  | 'unsupported'
  /** Kept, and not done. */
  | 'not_obeyed'
  /** Something was left out, and is taken as the message says. */
  | 'assumed'

/** One thing that is wrong with a document, or is not done of it. */
export type Problem = {
  readonly path: Path
  readonly code: ProblemCode
  /** Completes a sentence that begins with the field's name. It never repeats what may be a secret. */
  readonly message: string
}

/** A path as people write it: `proxy.target_list[0]`. Long names within are cut. */
export function fieldAt(path: Path): string {
  return path.reduce<string>((field, step) => {
    if (typeof step === 'number') return `${field}[${step}]`
    return field === '' ? step.slice(0, 80) : `${field}.${step.slice(0, 80)}`
  }, '')
}

/** A problem as a sentence that names the field. */
export function problemText({ path, message }: Problem): string {
  return `${fieldAt(path)} ${message}`.trim()
}

/** Takes what is found out about a document. A part of it is looked at with paths of its own. */
export class Report {
  readonly problems: Problem[]
  readonly warnings: Problem[]
  readonly #at: Path

  constructor(at: Path = [], problems: Problem[] = [], warnings: Problem[] = []) {
    this.#at = at
    this.problems = problems
    this.warnings = warnings
  }

  /** The same report for a part of the document. */
  within(...path: Path): Report {
    return new Report([...this.#at, ...path], this.problems, this.warnings)
  }

  /** Something keeps the document from being served. */
  problem(path: Path, code: ProblemCode, message: string): void {
    this.problems.push({ path: [...this.#at, ...path], code, message })
  }

  /** Something that is asked for is not done, or is done in another way than one may think. */
  warning(path: Path, code: ProblemCode, message: string): void {
    this.warnings.push({ path: [...this.#at, ...path], code, message })
  }
}
