import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import { onMount } from '#web/solid.ts'

/** Whether the page is too narrow for notes beside the rest. */
export function createNarrow(): Accessor<boolean> {
  const query = window.matchMedia('(max-width: 1099px)')
  const [narrow, setNarrow] = createSignal(query.matches)
  const onChange = (): void => void setNarrow(query.matches)
  onMount(() => query.addEventListener('change', onChange))
  onCleanup(() => query.removeEventListener('change', onChange))
  return narrow
}
