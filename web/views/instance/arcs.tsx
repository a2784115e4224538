/** Arcs over the lanes between tokens that acted together: width is the size, colour the sign. */
import type { Accessor, JSX } from 'solid-js'
import { createSignal, onCleanup, Show } from 'solid-js'
import { createEffect, For, onMount } from '#web/solid.ts'
import type { ArcPath } from './arc-paths.ts'
import { arcPaths } from './arc-paths.ts'
import type { Pair, Place } from './pairs.ts'

export function Arcs(props: { readonly pairs: readonly Pair[]; readonly box: Accessor<HTMLElement> }): JSX.Element {
  const [paths, setPaths] = createSignal<readonly ArcPath[]>([])
  const [size, setSize] = createSignal<readonly [number, number]>([0, 0])
  const place = (): void => {
    const box = props.box()
    setSize([box.clientWidth, box.clientHeight])
    setPaths(arcPaths(props.pairs, (token) => boxOf(box, token)))
  }
  createEffect(place)
  onMount(() => {
    const observer = new ResizeObserver(place)
    observer.observe(props.box())
    onCleanup(() => observer.disconnect())
  })
  return (
    <Show when={paths().length > 0}>
      <svg class="arcs" width={size()[0]} height={size()[1]} aria-hidden="true">
        <For each={paths()}>{(path) => <path d={path.d} stroke-width={path.width} data-sign={path.sign} />}</For>
      </svg>
    </Show>
  )
}

/** Where a token stands within the box; null while it is not drawn. */
function boxOf(box: HTMLElement, { side, index }: Place) {
  const token = box.querySelector<HTMLElement>(`[data-lane="${side}"] .tok[data-i="${index}"]`)
  const lane = token?.closest<HTMLElement>('.lane')
  if (!token || !lane) return null
  const left = lane.offsetLeft + token.offsetLeft
  const top = lane.offsetTop + token.offsetTop
  return { x: left + token.offsetWidth / 2, top, bottom: top + token.offsetHeight, side }
}
