/** The size of an element in the page, as signals. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import { onMount } from '#web/solid.ts'

export interface ElementSize {
  readonly width: Accessor<number>
  readonly height: Accessor<number>
  /** For `ref`. */
  watch(element: Element): void
}

/** Content width and height in units of a drawing, of which each is `scale` px; 0 until the element is in the page. */
export function createSize(scale: Accessor<number>): ElementSize {
  const [width, setWidth] = createSignal(0)
  const [height, setHeight] = createSignal(0)
  let watched: Element | null = null
  onMount(() => {
    if (watched === null) return
    const observer = new ResizeObserver(([entry]) => {
      if (entry === undefined) return
      setWidth(entry.contentRect.width)
      setHeight(entry.contentRect.height)
    })
    observer.observe(watched)
    onCleanup(() => observer.disconnect())
  })
  return { width: () => width() / scale(), height: () => height() / scale(), watch: (element) => (watched = element) }
}

/** The attributes of an `svg` of this size in units of a drawing. */
export const drawnAt = (
  width: number,
  height: number,
  scale: number,
): { readonly width: number; readonly height: number; readonly viewBox: string } => ({
  width: width * scale,
  height: height * scale,
  viewBox: `0 0 ${width} ${height}`,
})
