import { useCallback, useMemo, useState } from 'react'
import {
  type Change,
  changesBetween,
  type Patch,
  type Path,
  patched,
  valueAt,
  withPatch,
} from './document-form.ts'

/** A form over a stored document; see `document-form.ts` for what it promises. */
export type DocumentForm<T = unknown> = {
  /** The document as it would be sent. */
  readonly documentToSend: T
  /** Whether anything differs from what is stored. */
  readonly isDirty: boolean
  /** Every place that differs. */
  readonly changes: readonly Change[]
  /** The value at a path, as edited. */
  readonly get: (path: Path) => unknown
  /** Sets the value at a path; `undefined` takes the field away. */
  readonly set: (path: Path, value: unknown) => void
  /** Back to what is stored: after saving, and for "Discard". */
  readonly reset: () => void
}

/**
 * The state of a form. When another stored document comes (after saving, or somebody else's change) the edits stay and
 * lie over that one.
 */
export function useDocumentForm<T>(stored: T): DocumentForm<T> {
  const [patches, setPatches] = useState<readonly Patch[]>([])
  const documentToSend = useMemo(() => patched(stored, patches), [stored, patches])
  const changes = useMemo(() => changesBetween(stored, documentToSend), [stored, documentToSend])
  const set = useCallback(
    (path: Path, value: unknown) => setPatches((now) => withPatch(stored, now, path, value)),
    [stored],
  )
  const reset = useCallback(() => setPatches([]), [])
  const get = useCallback((path: Path) => valueAt(documentToSend, path), [documentToSend])
  return { documentToSend, isDirty: changes.length > 0, changes, get, set, reset }
}
