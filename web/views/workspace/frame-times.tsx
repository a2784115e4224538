import type { JSX } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import { bytes } from '#web/marks/numbers.ts'
import { onMount } from '#web/solid.ts'

/** A new reading every second. */
const interval = 1_000

/** How long the frames of the last second took, and the memory of the page where the browser tells it. */
export function FrameTimes(): JSX.Element {
  const [text, setText] = createSignal('measuring frames')
  onMount(() => {
    let frames: number[] = []
    let last = performance.now()
    let since = last
    let request = requestAnimationFrame(function tick(now) {
      frames.push(now - last)
      last = now
      if (now - since >= interval) {
        setText(frameText(frames, usedMemory()))
        frames = []
        since = now
      }
      request = requestAnimationFrame(tick)
    })
    onCleanup(() => cancelAnimationFrame(request))
  })
  return (
    <span
      class="frame-times"
      title="Time from one frame to the next over the last second: the middle one and the longest. A screen of 60 Hz shows one every 16.7 ms."
    >
      {text()}
    </span>
  )
}

/** "16.7 ms a frame, longest 34 ms, 84.0 MB". */
export function frameText(frames: readonly number[], memory: number | null): string {
  const sorted = frames.toSorted((left, right) => left - right)
  const middle = sorted[sorted.length >> 1] ?? 0
  const longest = sorted.at(-1) ?? 0
  const used = memory === null ? '' : `, ${bytes(memory)}`
  return `${middle.toFixed(1)} ms a frame, longest ${longest.toFixed(0)} ms${used}`
}

/** Chromium alone tells it. */
function usedMemory(): number | null {
  const { memory } = performance as Performance & { readonly memory?: { readonly usedJSHeapSize: number } } // not in the types: no standard
  return memory?.usedJSHeapSize ?? null
}
