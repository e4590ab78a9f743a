/** An API that cannot be served as its definition says; it then refuses everything and the log says why. */
export class CompileError extends Error {
  override name = 'CompileError'
}
