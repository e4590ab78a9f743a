/** The raw query without every parameter of that name; the others stay as they were written. */
export function withoutParameter(query: string, name: string): string {
  if (query === '') return query
  return query
    .split('&')
    .filter((pair) => {
      const equals = pair.indexOf('=')
      return decoded(equals < 0 ? pair : pair.slice(0, equals)) !== name
    })
    .join('&')
}

function decoded(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    // A malformed escape stands for itself, as it does where the parameter is read.
    return text
  }
}
