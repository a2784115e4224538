/** Puts a text on the clipboard. False where the browser refuses. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return copyByEvent(text)
  }
}

/** Pages without HTTPS have no clipboard, but may fill what a copy within a click takes along. */
function copyByEvent(text: string): boolean {
  let filled = false
  const onCopy = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text)
    event.preventDefault()
    filled = event.clipboardData !== null
  }
  document.addEventListener('copy', onCopy, { once: true })
  // oxlint-disable-next-line typescript/no-deprecated -- there is no other way without HTTPS
  const allowed = document.execCommand('copy')
  document.removeEventListener('copy', onCopy)
  return allowed && filled
}

/** Offers a text as a file to download. */
export const downloadText = (name: string, text: string): void =>
  downloadFile(name, new Blob([text], { type: 'text/plain' }))

/** Offers a file to download. */
export function downloadFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Some browsers begin to read only after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
