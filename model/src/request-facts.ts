/** What judging needs to know of a request. The gateway's own request object implements it, so nothing is copied. */
export interface RequestFacts {
  readonly method: string
  /** Normalised path without the listen path; always starts with `/`. */
  readonly path: string
  /** The whole normalised path. */
  readonly fullPath: string
  /** The raw query, without `?`. */
  readonly query: string
  /** Value of a header by its lower-case name; undefined when it was not sent. */
  header(lowerName: string): string | undefined
}
