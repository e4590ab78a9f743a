import type { RequestHead } from '@tollgate/http1/exchange'
import { headerValue } from '@tollgate/http1/syntax/headers'
import { type RefusalCode, refusals } from '@tollgate/model/judge/refusals'

/** How a refusal looks on the wire. `headerLines` are complete lines; the status line is the engine's. */
export type Rendered = { readonly status: number; readonly headerLines: string; readonly body: string }

/** Renders refusals; made once per worker, every text in it made beforehand. */
export type RefusalRenderer = (
  code: RefusalCode,
  head: RequestHead,
  /** What the client is told instead of the code's own text. */
  text?: string,
) => Rendered

const XML_TYPES = ['application/xml', 'text/xml', 'application/soap+xml'] as const
const JSON_TYPE = 'application/json'

/**
 * The one place where a refusal gets its wire form (gateway contract, 4.1 and 4.2): JSON, or XML when the request's own
 * Content-Type is an XML one; plain text when there is no API that could have a form.
 * @param generator value of X-Generator on these answers; empty = not sent
 */
export function refusalRenderer(generator: string): RefusalRenderer {
  const generatorLine = generator === '' ? '' : `X-Generator: ${generator}\r\n`
  const forms = new Map<string, Rendered>()
  for (const code of Object.keys(refusals) as RefusalCode[]) {
    for (const type of [JSON_TYPE, ...XML_TYPES])
      forms.set(`${type} ${code}`, render(code, type, generatorLine))
  }
  const internal = render('internal', JSON_TYPE, generatorLine)

  return (code, head, text) => {
    const type = formOf(head)
    const made = forms.get(`${type} ${code}`) ?? internal
    return text === undefined ? made : render(code, type, generatorLine, text)
  }
}

function render(code: RefusalCode, type: string, generatorLine: string, text?: string): Rendered {
  const { status } = refusals[code]
  const message = text ?? refusals[code].message
  if (code === 'no_route' || code === 'api_inactive' || code === 'request_malformed') {
    return { status, headerLines: 'Content-Type: text/plain; charset=utf-8\r\n', body: message }
  }
  return {
    status,
    headerLines: `Content-Type: ${type}\r\n${generatorLine}`,
    body:
      type === JSON_TYPE
        ? `{\n    "error": ${JSON.stringify(message)}\n}`
        : `<?xml version = "1.0" encoding = "UTF-8"?>\n<error>${escapeXml(message)}</error>`,
  }
}

function formOf(head: RequestHead): string {
  const contentType = headerValue(head, 'content-type')
  if (contentType === undefined) return JSON_TYPE
  const end = contentType.indexOf(';')
  const type = (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
  return XML_TYPES.find((xml) => xml === type) ?? JSON_TYPE
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
