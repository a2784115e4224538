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

/** Content width and height in px; 0 until the element is in the page. */
export function createSize(): ElementSize {
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
  return { width, height, watch: (element) => (watched = element) }
}
