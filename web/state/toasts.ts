import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'

/** A short message that goes by itself, with at most one thing to do about it. */
export interface Toast {
  readonly id: number
  readonly text: string
  readonly bad: boolean
  readonly action: { readonly label: string; run(): void } | null
}

export interface Toasts {
  readonly list: Accessor<readonly Toast[]>
  show(text: string, options?: { readonly bad?: boolean; readonly action?: Toast['action'] }): number
  dismiss(id: number): void
}

/** Long enough to read and to reach Undo; errors stay until they are dismissed. */
const lifetime = 8_000
const most = 3

/** `after` is `setTimeout`, passed in so that tests own the time. */
export function createToasts(after: (run: () => void, milliseconds: number) => unknown): Toasts {
  const [list, setList] = createSignal<readonly Toast[]>([])
  let last = 0
  const dismiss = (id: number): void => {
    setList((toasts) => toasts.filter((toast) => toast.id !== id))
  }
  return {
    list,
    dismiss,
    show(text, { bad = false, action = null } = {}) {
      const id = ++last
      setList((toasts) => [...toasts.slice(1 - most), { id, text, bad, action }])
      if (!bad) after(() => dismiss(id), lifetime)
      return id
    },
  }
}
