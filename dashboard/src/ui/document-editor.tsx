import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'
import type { CodeEditorProps } from './code-editor.tsx'

const CodeEditor = lazy(async () => ({ default: (await import('./code-editor.tsx')).CodeEditor }))
const CodeDiff = lazy(async () => ({ default: (await import('./code-editor.tsx')).CodeDiff }))

/** The raw document as JSON, or any text in a language; CodeMirror is fetched when one is first shown. */
export function DocumentEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Skeleton h={360} role="status" aria-label="Loading the editor" />}>
      <CodeEditor {...props} />
    </Suspense>
  )
}

/** What saving would change: the stored document beside the edited one, as JSON. */
export function DocumentDiff(props: { readonly before: unknown; readonly after: unknown }) {
  return (
    <Suspense fallback={<Skeleton h={240} role="status" aria-label="Loading the comparison" />}>
      <CodeDiff before={JSON.stringify(props.before, null, 2)} after={JSON.stringify(props.after, null, 2)} />
    </Suspense>
  )
}
