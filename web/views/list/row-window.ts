/** Which rows are on screen: a thin layer over the virtualiser, with rows of one height. */
import { createVirtualizer } from '@tanstack/solid-virtual'
import type { Accessor } from 'solid-js'
import { createMemo, createSignal } from 'solid-js'
import { createEffect } from '#web/solid.ts'

export const rowHeight = 28
const headHeight = 26
/** Rows kept ready above and below the screen. */
const overscan = 12

export interface RowWindow {
  readonly indices: Accessor<readonly number[]>
  /** How many rows fit: what Page Down moves by. */
  readonly perScreen: Accessor<number>
  attach(element: HTMLElement): void
  reveal(index: number): void
}

export interface RowWindowDeps {
  total(): number
  /** Told which rows have to be there. */
  need(first: number, last: number): void
}

export function createRowWindow(deps: RowWindowDeps): RowWindow {
  const [scroller, setScroller] = createSignal<HTMLElement | null>(null)
  const virtualizer = createVirtualizer({
    get count() {
      return deps.total()
    },
    getScrollElement: scroller,
    estimateSize: () => rowHeight,
    overscan,
    // The head sticks to the top of the same box: rows scroll under it.
    scrollPaddingStart: headHeight,
  })
  const indices = createMemo<readonly number[]>(() => virtualizer.getVirtualItems().map((item) => item.index))
  createEffect(() => {
    const shown = indices()
    deps.need(shown[0] ?? 0, shown.at(-1) ?? 0)
  })
  return {
    indices,
    perScreen: () => Math.max(1, Math.floor(((scroller()?.clientHeight ?? 300) - headHeight) / rowHeight) - 1),
    attach: (element) => void setScroller(element),
    reveal: (index) => virtualizer.scrollToIndex(index),
  }
}
