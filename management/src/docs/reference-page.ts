import { createHash } from 'node:crypto'
import type { OpenApiDocument, Operation } from './openapi.ts'

/** Nested fields are shown down to this depth. */
const maxDepth = 6

type Schema = {
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly additionalProperties?: Schema | boolean
  readonly anyOf?: readonly Schema[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
}

const style = `
:root { color-scheme: light dark; --line: light-dark(#d8dce2, #383c44); --dim: light-dark(#5c6370, #a0a7b4);
  --accent: light-dark(#0b6477, #5cc8dd); --panel: light-dark(#f7f8fa, #1b1e24); }
html { background: light-dark(#fff, #14161a); }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
a { color: var(--accent); }
h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); text-transform: capitalize; }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .8rem; }
summary { cursor: pointer; display: grid; grid-template-columns: 4.2rem minmax(0, 26rem) 1fr; gap: 0 .8rem; align-items: baseline; }
details:hover, details[open] { background: var(--panel); }
summary code { overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 45rem) {
  summary { grid-template-columns: 4.2rem 1fr; }
  summary .about { grid-column: 1 / -1; }
}
code, pre { font: 13px/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .6rem; border: 1px solid var(--line); border-radius: 6px; }
.method { font-weight: 600; color: var(--accent); }
.about { color: var(--dim); }
.dim { color: var(--dim); }
ul { margin: .2rem 0; padding-left: 1.2rem; }
nav a { margin-right: .8rem; }
`

/** What the page may load: nothing but its own style, which this hash names; it runs no script at all. */
export const referencePagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The OpenAPI document as one page to read: no script, no font, nothing from elsewhere. */
export function referencePage(document: OpenApiDocument): string {
  const sections = document.tags.map(({ name }) => ({ name, rows: operationsOf(document, name) }))
  const shown = sections.filter(({ rows }) => rows.length > 0)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(document.info.title)} API reference</title><style>${style}</style></head><body>
<h1>${escaped(document.info.title)} API reference</h1>
<p>${escaped(document.info.description)}</p>
<p class="dim">Version ${escaped(document.info.version)}. The same as data: <a href="/docs/openapi.json">OpenAPI document</a>.</p>
<nav>${shown.map(({ name }) => `<a href="#${anchorOf(name)}">${escaped(name)}</a>`).join(' ')}</nav>
${shown.map(({ name, rows }) => `<h2 id="${anchorOf(name)}">${escaped(name)}</h2>\n${rows.join('\n')}`).join('\n')}
</body></html>
`
}

const verbs = ['get', 'post', 'put', 'patch', 'delete'] as const

function operationsOf(document: OpenApiDocument, tag: string): string[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    verbs.flatMap((verb) => {
      // `openApiDocument` puts an operation, and nothing else, under a verb.
      const operation = item[verb] as Operation | undefined
      return operation?.tags.includes(tag) ? [operationBlock(verb, path, operation)] : []
    }),
  )
}

function operationBlock(verb: string, path: string, operation: Operation): string {
  const body = operation.requestBody?.content['application/json']?.schema as Schema | undefined
  const answer = operation.responses[200] as { content: { 'application/json': { schema: Schema } } }
  const parameters = operation.parameters.map(
    ({ name, in: place }) =>
      `<li><code>${escaped(name)}</code> <span class="dim">${escaped(place)}</span></li>`,
  )
  return `<details id="${escaped(operation.operationId)}"><summary><span class="method">${verb.toUpperCase()}</span> <code>${escaped(path)}</code> <span class="about">${escaped(operation.summary)}</span></summary>
<p class="dim">Needs: ${escaped(operation['x-permission'])}</p>
${parameters.length > 0 ? `<h4>Parameters</h4><ul>${parameters.join('')}</ul>` : ''}
${body === undefined ? '' : `<h4>Body</h4>${fields(body, 0)}`}
<h4>Answer</h4>${fields(answer.content['application/json'].schema, 0)}
</details>`
}

function fields(schema: Schema, depth: number): string {
  const inner = innermost(schema)
  const entries = Object.entries(inner.properties ?? {})
  if (entries.length === 0 || depth >= maxDepth)
    return depth === 0 ? `<p class="dim">${typeOf(schema)}</p>` : ''
  const rows = entries.map(([name, field]) => {
    const needed = inner.required?.includes(name) ? ', required' : ''
    return `<li><code>${escaped(name)}</code> <span class="dim">${typeOf(field)}${needed}</span>${fields(field, depth + 1)}</li>`
  })
  return `<ul>${rows.join('')}</ul>`
}

/** What a list, a map or a value that may be null is made of. */
function innermost(schema: Schema): Schema {
  const alternative = schema.anyOf?.find((one) => one.type !== 'null')
  if (alternative) return innermost(alternative)
  if (schema.items) return innermost(schema.items)
  const { additionalProperties: values } = schema
  if (!schema.properties && typeof values === 'object' && Object.keys(values).length > 0)
    return innermost(values)
  return schema
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return escaped(JSON.stringify(schema.const))
  if (schema.enum) return schema.enum.map((value) => escaped(JSON.stringify(value))).join(' | ')
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.items) return `list of ${typeOf(schema.items)}`
  return escaped([schema.type ?? 'anything'].flat().join(' or '))
}

function anchorOf(name: string): string {
  return encodeURIComponent(name.replaceAll(/[^a-z]+/g, '-'))
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
