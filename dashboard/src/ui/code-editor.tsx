import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json, jsonParseLinter } from '@codemirror/lang-json'
import { yaml } from '@codemirror/lang-yaml'
import {
  bracketMatching,
  defaultHighlightStyle,
  foldGutter,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language'
import { type Diagnostic, linter, lintGutter } from '@codemirror/lint'
import { unifiedMergeView } from '@codemirror/merge'
import { EditorState, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'

/** Something wrong with a document, found by whoever knows its schema. */
export type SchemaProblem = { readonly path: readonly (string | number)[]; readonly message: string }

export type CodeEditorProps = {
  readonly label: string
  readonly value: string
  readonly language: 'json' | 'yaml' | 'text'
  readonly onChange?: (text: string) => void
  /** What is wrong with the document that a text holds; asked while somebody types. */
  readonly check?: (text: string) => readonly SchemaProblem[]
  readonly isReadOnly?: boolean
}

/** An editor for text in a language. Tab leaves it, as any field: the keyboard is not caught. */
export function CodeEditor(props: CodeEditorProps) {
  const { label, value, language, isReadOnly = false } = props
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const latest = useRef(props)
  latest.current = props
  const isDark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark'
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is put in below, without a new editor
  useEffect(() => {
    if (place.current === null) return
    view.current = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          ...basics(label, isDark, isReadOnly),
          languageOf(language),
          ...(language === 'json' && !isReadOnly
            ? [lintGutter(), linter((shown) => complaints(shown, latest.current))]
            : []),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) latest.current.onChange?.(update.state.doc.toString())
          }),
        ],
      }),
    })
    return () => view.current?.destroy()
  }, [label, language, isDark, isReadOnly])
  useEffect(() => {
    const shown = view.current
    if (shown === undefined || shown.state.doc.toString() === value) return
    shown.dispatch({ changes: { from: 0, to: shown.state.doc.length, insert: value } })
  }, [value])
  return <div ref={place} />
}

/** Two texts, the second with what was taken away and added marked in it. */
export function CodeDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const place = useRef<HTMLDivElement>(null)
  const isDark = useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark'
  useEffect(() => {
    if (place.current === null) return
    const merge = unifiedMergeView({
      original: before,
      mergeControls: false,
      collapseUnchanged: { margin: 3 },
    })
    const state = EditorState.create({
      doc: after,
      extensions: [...basics('What saving changes', isDark, true), json(), merge],
    })
    const view = new EditorView({ parent: place.current, state })
    return () => view.destroy()
  }, [before, after, isDark])
  return <div ref={place} />
}

function basics(label: string, isDark: boolean, isReadOnly: boolean): Extension[] {
  return [
    lineNumbers(),
    foldGutter(),
    history(),
    drawSelection(),
    indentOnInput(),
    bracketMatching(),
    syntaxHighlighting(isDark ? darkHighlight : defaultHighlightStyle),
    keymap.of([...defaultKeymap, ...historyKeymap]),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
    EditorState.readOnly.of(isReadOnly),
    EditorView.theme(
      {
        '&': { border: '1px solid var(--line)', borderRadius: '8px', fontSize: '13px', maxHeight: '65vh' },
        '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', overflow: 'auto' },
        // An empty editor is still a place to paste into.
        '.cm-content, .cm-gutter': { minHeight: isReadOnly ? '0' : '12rem' },
        '.cm-gutters': {
          backgroundColor: 'var(--tint)',
          color: 'var(--mantine-color-dimmed)',
          border: 'none',
        },
        '&.cm-focused': { outline: '2px solid var(--link)' },
      },
      { dark: isDark },
    ),
  ]
}

const darkHighlight = HighlightStyle.define([
  { tag: tags.propertyName, color: '#8fd3c8' },
  { tag: tags.string, color: '#e3c68a' },
  { tag: tags.number, color: '#a9c7ff' },
  { tag: [tags.bool, tags.null, tags.keyword], color: '#f0a99b' },
  { tag: tags.comment, color: '#a0abae' },
])

function languageOf(language: CodeEditorProps['language']): Extension {
  return language === 'json' ? json() : language === 'yaml' ? yaml() : []
}

const parseLinter = jsonParseLinter()

function complaints(view: EditorView, { check }: CodeEditorProps): readonly Diagnostic[] {
  const broken = parseLinter(view)
  if (broken.length > 0 || check === undefined) return broken
  const text = view.state.doc.toString()
  return check(text).map(({ path, message }) => {
    const name = path.at(-1)
    const at = typeof name === 'string' ? text.indexOf(JSON.stringify(name)) : 0
    const from = Math.max(0, at)
    const to = at < 0 ? Math.min(1, text.length) : at + String(name).length + 2
    return {
      from,
      to,
      severity: 'error' as const,
      message: `${path.join('.') || 'The document'}: ${message}`,
    }
  })
}
