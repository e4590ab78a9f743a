import { isRecord, text } from '../../lib/json-values.ts'

/** What a text to be imported turned out to be. */
export type Imported =
  | {
      readonly kind: 'definition'
      readonly document: Readonly<Record<string, unknown>>
      readonly name: string
      readonly apiId: string
    }
  | { readonly kind: 'problem'; readonly message: string }

/** Reads what somebody wants to import: a definition, or one in its wrapper as an export has it. */
export function readImport(source: string): Imported {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    return problem('This is not JSON')
  }
  if (!isRecord(value)) return problem('This is no API definition: it must be an object')
  if ('openapi' in value || 'swagger' in value)
    return problem('This is an OpenAPI document. Only API definitions can be imported yet')
  const wrapper = isRecord(value.api_definition) ? value : { api_definition: value }
  const { api_definition: definition } = wrapper
  if (!isRecord(definition)) return problem('This is no API definition')
  if (text(definition.name) === '' && !isRecord(definition.proxy))
    return problem('This is no API definition: it has neither a name nor a proxy')
  return {
    kind: 'definition',
    document: wrapper,
    name: text(definition.name) || 'Unnamed API',
    apiId: text(definition.api_id),
  }
}

/**
 * What is sent for it: as it came, but switched off, so that it can be looked at before it is in force. The organisation
 * is the one that imports.
 * @param keepsId whether it keeps its API ID, by which keys name it
 */
export function importedDocument(
  document: Readonly<Record<string, unknown>>,
  keepsId: boolean,
): Readonly<Record<string, unknown>> {
  const {
    org_id: _,
    id: __,
    api_id: apiId,
    ...definition
  } = isRecord(document.api_definition) ? document.api_definition : {}
  const ids = keepsId && text(apiId) !== '' ? { api_id: apiId } : {}
  return { ...document, api_definition: { ...ids, ...definition, active: false } }
}

function problem(message: string): Imported {
  return { kind: 'problem', message }
}
