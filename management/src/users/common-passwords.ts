/**
 * The commonest passwords, as the package `@zxcvbn-ts/language-common` (MIT) lists them, some 49,000: they are the first
 * that anybody tries. The list is read when the first password is set.
 */
let common: Promise<ReadonlySet<string>> | undefined

/** Whether a password, however it is capitalised, is one of the commonest. */
export async function isCommonPassword(password: string): Promise<boolean> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'].map(String)),
  )
  return (await common).has(password.toLowerCase())
}
