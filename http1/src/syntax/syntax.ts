/** The character classes of RFC 9110 and 9112, as tables: one look-up per byte and no regular expression. */

/** By byte: the lower-case byte of a token character, 0 for what may not stand in a token. */
export const TOKEN = new Uint8Array(256)
/** By byte: 1 where it may stand in a field value (TAB, SP, VCHAR, obs-text). */
export const FIELD_VALUE = new Uint8Array(256)
/** By byte: 1 where it may stand in a request target: VCHAR but `#`, which starts a fragment and has no place there. */
export const TARGET = new Uint8Array(256)
/** By byte: value of the hex digit, 255 for what is none. */
export const HEX = new Uint8Array(256).fill(255)

for (const char of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
  TOKEN[char.charCodeAt(0)] = char.charCodeAt(0)
for (let code = 65; code <= 90; code++) TOKEN[code] = code + 32
FIELD_VALUE[9] = 1
for (let code = 0x20; code < 0x7f; code++) FIELD_VALUE[code] = 1
for (let code = 0x80; code <= 0xff; code++) FIELD_VALUE[code] = 1
for (let code = 0x21; code < 0x7f; code++) TARGET[code] = 1
TARGET[35] = 0
for (let digit = 0; digit < 16; digit++) {
  const char = digit.toString(16)
  HEX[char.charCodeAt(0)] = digit
  HEX[char.toUpperCase().charCodeAt(0)] = digit
}

/** Whether the text is an RFC 9110 token: fit to be a header name or a method. */
export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 255 || TOKEN[code] === 0) return false
  }
  return text.length > 0
}

/** Whether the text can be a header value: no CR, LF, NUL or other control but TAB, all latin1, no outer white space. */
export function isSafeHeaderValue(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 255 || FIELD_VALUE[code] === 0) return false
  }
  return !isBlank(text.charCodeAt(0)) && !isBlank(text.charCodeAt(text.length - 1))
}

/** SP or TAB. */
export function isBlank(code: number): boolean {
  return code === 32 || code === 9
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57
}
