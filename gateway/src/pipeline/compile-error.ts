/** An API that cannot be served as its definition says; it then refuses everything and the log says why. */
export class CompileError extends Error {
  override name = 'CompileError'
}

/** A definition names a certificate that is not there, or not fit for what it is named for. */
export class CertificateMissing extends CompileError {
  override name = 'CertificateMissing'
}
