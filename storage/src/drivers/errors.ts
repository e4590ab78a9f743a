/** A value that must be unique is taken. `field` is the record's field: "email", "apiId", "username", "secret"... */
export class ConflictError extends Error {
  override name = 'ConflictError'
  readonly kind: string
  readonly field: string

  constructor(kind: string, field: string, options?: ErrorOptions) {
    super(`another ${kind} has the same ${field}`, options)
    this.kind = kind
    this.field = field
  }
}

/** The record to update or remove is not there (any more), or belongs to another organisation. */
export class MissingRecordError extends Error {
  override name = 'MissingRecordError'
}

/** The database was written by a newer version of the program, whose schema this one does not know. */
export class NewerDatabaseError extends Error {
  override name = 'NewerDatabaseError'
}

/** The write is on disk, but not every subscriber has put it in force: it must not be reported as failed or as done. */
export class NotInForceError extends Error {
  override name = 'NotInForceError'
}

/** A store of a transaction was used after the work had ended. */
export class TransactionEndedError extends Error {
  override name = 'TransactionEndedError'
}

/** A record was to be changed outside `write`. */
export class OutsideWriteError extends Error {
  override name = 'OutsideWriteError'
}

/** A work did not end in time; it was rolled back. */
export class WorkTimeoutError extends Error {
  override name = 'WorkTimeoutError'
}

/** Too much is waiting for the store already. */
export class StoreBusyError extends Error {
  override name = 'StoreBusyError'
}

/** The store could not be asked: it is down, does not answer in time, or is closed. Never to be taken for "not found". */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError'
}
