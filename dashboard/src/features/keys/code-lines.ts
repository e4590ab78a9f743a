import type { KeyPlace } from '../../access/choices.ts'

/** A call to show: where to, and with which credential. */
export type Call = {
  /** The whole address. */
  readonly url: string
  readonly place: KeyPlace
  readonly secret: string
  /** Set for a user with a password: the secret is that password. */
  readonly username?: string | undefined
}

/** The languages that a call is shown in. */
export const languages = ['curl', 'JavaScript', 'Python'] as const
export type Language = (typeof languages)[number]

/** The whole address of a path behind an API. */
export function callUrl(gateway: string, listenPath: string, path: string): string {
  const base = gateway.replace(/\/+$/, '') + (listenPath.startsWith('/') ? listenPath : `/${listenPath}`)
  const rest = path.replace(/^\/+/, '')
  return rest === '' ? base : `${base.replace(/\/+$/, '')}/${rest}`
}

/** A call as somebody pastes it into a shell or a program. */
export function codeLines(call: Call, language: Language): string {
  const { url, header } = written(call)
  if (language === 'curl') {
    const user = call.username === undefined ? '' : ` -u ${quoted(`${call.username}:${call.secret}`)}`
    const line =
      call.username === undefined && header ? ` -H ${quoted(`${header.name}: ${header.value}`)}` : ''
    return `curl ${quoted(url)}${user}${line}`
  }
  const literal = (text: string) => JSON.stringify(text)
  if (language === 'JavaScript') {
    const options = header ? `, {\n  headers: { ${literal(header.name)}: ${literal(header.value)} },\n}` : ''
    return `const response = await fetch(${literal(url)}${options})\nconsole.log(response.status, await response.text())`
  }
  const headers = header ? `, headers={${literal(header.name)}: ${literal(header.value)}}` : ''
  return [
    'from urllib.request import Request, urlopen',
    '',
    `request = Request(${literal(url)}${headers})`,
    'with urlopen(request) as response:',
    '    print(response.status, response.read().decode())',
  ].join('\n')
}

type Header = { readonly name: string; readonly value: string }

function written({ url, place, secret, username }: Call): {
  readonly url: string
  readonly header: Header | undefined
} {
  if (username !== undefined)
    return { url, header: { name: 'Authorization', value: basic(username, secret) } }
  if (place.in === 'header') return { url, header: { name: place.name, value: secret } }
  if (place.in === 'cookie') return { url, header: { name: 'Cookie', value: `${place.name}=${secret}` } }
  const joint = url.includes('?') ? '&' : '?'
  return {
    url: `${url}${joint}${encodeURIComponent(place.name)}=${encodeURIComponent(secret)}`,
    header: undefined,
  }
}

/** The value of an Authorization header for a user and a password. */
export function basic(username: string, password: string): string {
  const bytes = new TextEncoder().encode(`${username}:${password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}

/** A word of a shell's command line, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
