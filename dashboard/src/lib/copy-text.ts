/**
 * Puts a text into the clipboard. Where the page is not served over TLS from another machine, browsers hide the
 * clipboard from scripts; then the text is selected in a field that nobody sees and copied as if by hand.
 * @returns whether it is there now
 */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard !== undefined) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // Not allowed here: by hand then.
  }
  return copyByHand(text)
}

function copyByHand(text: string): boolean {
  const focused = document.activeElement
  // Within the dialog, if there is one: its trap would take the focus back.
  const place = focused?.closest('[role="dialog"]') ?? document.body
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.style.position = 'fixed'
  field.style.opacity = '0'
  place.append(field)
  field.select()
  const isCopied = document.execCommand('copy')
  field.remove()
  if (focused instanceof HTMLElement) focused.focus()
  return isCopied
}
