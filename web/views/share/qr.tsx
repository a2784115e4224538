import { encodeQR } from 'qr'
import type { JSX } from 'solid-js'
import { createMemo } from 'solid-js'

/** Modules of light around the code that readers need (ISO/IEC 18004). */
const quiet = 4

/** A link as a QR code, always dark on light whatever the theme: many readers know nothing else. */
export function QrCode(props: { readonly text: string }): JSX.Element {
  const modules = createMemo(() => encodeQR(props.text, 'raw', { ecc: 'medium', border: quiet }))
  return (
    <svg
      class="qr"
      viewBox={`0 0 ${modules().length} ${modules().length}`}
      role="img"
      aria-label={`QR code of ${props.text}`}
      shape-rendering="crispEdges"
    >
      <rect width="100%" height="100%" class="qr-light" />
      <path d={pathOf(modules())} class="qr-dark" />
    </svg>
  )
}

/** One run of dark modules after the other, row by row. */
export function pathOf(modules: readonly (readonly boolean[])[]): string {
  const parts: string[] = []
  modules.forEach((row, y) => {
    for (let x = 0; x < row.length; x++) {
      if (row[x] !== true) continue
      const start = x
      while (row[x + 1] === true) x++
      parts.push(`M${start} ${y}h${x - start + 1}v1H${start}z`)
    }
  })
  return parts.join('')
}
