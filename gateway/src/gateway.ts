import type { Change } from '@tollgate/storage/changes/changes'
import type { TlsSettings } from './settings.ts'

/** The data plane as the rest of the program sees it. */
export interface Gateway {
  /** Port that the workers listen on. */
  readonly port: number
  /** Hands committed changes to every worker; resolves when all of them enforce these. */
  apply(changes: readonly Change[]): Promise<void>
  /**
   * Uses other certificates from the next handshake on, in all workers; running connections stay. Rejects, and changes
   * nothing, when they cannot be used or the gateway was started without TLS.
   */
  replaceCertificates(tls: TlsSettings): Promise<void>
  /** Stops accepting, lets running requests finish for at most `graceMs`, then ends the workers. */
  close(graceMs: number): Promise<void>
}
