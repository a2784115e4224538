/** Keys that views bring along: they act, and stand in the help, while their view is on screen. */
import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type { KeyBinding, KeyHint } from './keys.ts'

export interface Keys {
  readonly bindings: Accessor<readonly KeyBinding[]>
  readonly hints: Accessor<readonly KeyHint[]>
  /** Adds keys; the result takes them away again. */
  register(keys: readonly (KeyBinding | KeyHint)[]): () => void
}

export function createKeys(): Keys {
  const [lists, setLists] = createSignal<readonly (readonly (KeyBinding | KeyHint)[])[]>([])
  return {
    bindings: () => lists().flatMap((list) => list.flatMap((each) => ('run' in each ? [each] : []))),
    hints: () => lists().flatMap((list) => list.flatMap((each) => ('run' in each ? [] : [each]))),
    register(keys) {
      // A copy, so that the same list registered twice is taken away once.
      const own = [...keys]
      setLists((before) => [...before, own])
      return () => void setLists((before) => before.filter((list) => list !== own))
    },
  }
}
