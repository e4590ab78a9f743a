/**
 * The expression, in RE2's syntax, of a listen path or domain with holes (gateway contract, section 4.1): `{name}` becomes
 * `hole`, `{name:regex}` its own expression, everything else stands for itself.
 */
export function templateExpression(template: string, hole: string): string {
  let source = ''
  for (const part of template.split(HOLE)) {
    const inner = part.startsWith('{') && part.endsWith('}') ? part.slice(1, -1) : undefined
    if (inner === undefined) source += part.replace(/[\\^$.*+?()[\]|{}]/g, '\\$&')
    else source += inner.includes(':') ? `(?:${inner.slice(inner.indexOf(':') + 1)})` : hole
  }
  return source
}

/** What a template holds outside its holes. */
export function templateText(template: string): string {
  return template.replace(HOLE, '')
}

const HOLE = /(\{[^}]*\})/g
