import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import { onMount } from '#web/solid.ts'

/** Whether Alt is held down. A window that loses the focus would never hear of its release. */
export function createAltKey(): Accessor<boolean> {
  const [held, setHeld] = createSignal(false)
  const onKey = (event: KeyboardEvent): void => void setHeld(event.altKey)
  const release = (): void => void setHeld(false)
  onMount(() => {
    window.addEventListener('keydown', onKey)
    window.addEventListener('keyup', onKey)
    window.addEventListener('blur', release)
  })
  onCleanup(() => {
    window.removeEventListener('keydown', onKey)
    window.removeEventListener('keyup', onKey)
    window.removeEventListener('blur', release)
  })
  return held
}
