const COLON = 58
const DOT = 46

/**
 * The name by which an authority is found, whichever way it is spelled: without its port, and without the dot that ends
 * a fully qualified name (`shop.example.:8080` is `shop.example`). The brackets of an IPv6 address stay. Case is the caller's affair.
 */
export function hostName(authority: string): string {
  let end = authority.length
  let digits = end
  while (digits > 0 && isDigit(authority.charCodeAt(digits - 1))) digits--
  if (digits > 0 && authority.charCodeAt(digits - 1) === COLON) end = digits - 1
  if (end > 1 && authority.charCodeAt(end - 1) === DOT) end--
  return end === authority.length ? authority : authority.slice(0, end)
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
