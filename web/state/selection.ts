/** What this person looks at, and everything that follows from a change of it: the address, undo, and what the others see. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { AttributionOptionsValue, TokenChoice } from '#collab/wire/document.ts'
import type { History } from './history.ts'
import type { View } from './permalink.ts'
import { optionsKey, sameView } from './permalink.ts'

/** Who moved: this person, or what they follow or came back to. Only own moves can be undone and are shown to others. */
export type Origin = 'own' | 'mirrored' | 'address'

export interface SelectionDeps {
  readonly history: History
  /** Puts a view into the address bar; `push` makes a new entry for Back. */
  show(view: View, push: boolean): void
  /** Tells the others. */
  publish(view: View): void
  /** Called before an own move: following somebody ends with it. */
  moved(): void
}

export interface SelectionState {
  readonly view: Accessor<View>
  select(change: Partial<View>, origin?: Origin): void
  openInstance(instance: string): void
  chooseToken(token: TokenChoice | null): void
  setOptions(options: AttributionOptionsValue): void
  /** One level back: the token, then the instance. False when nothing is left to leave. */
  stepBack(): boolean
}

export function createSelection(deps: SelectionDeps, initial: View): SelectionState {
  const [view, setView] = createSignal<View>(initial, { equals: sameView })
  const apply = (next: View, origin: Origin): void => {
    const before = untrack(view)
    if (sameView(before, next)) return
    if (origin === 'own') deps.moved()
    setView(next)
    if (origin !== 'address') deps.show(next, origin === 'own')
    if (origin === 'mirrored') return
    deps.publish(next)
    if (origin === 'own') deps.history.push(stepOf(before, next, (target) => restore(target)))
  }
  const restore = (target: View): void => {
    deps.moved()
    setView(target)
    deps.show(target, true)
    deps.publish(target)
  }
  const select = (change: Partial<View>, origin: Origin = 'own'): void => apply({ ...untrack(view), ...change }, origin)
  return {
    view,
    select,
    openInstance: (instance) => {
      if (untrack(view).instance !== instance)
        select({ instance, token: null, options: withoutContrast(untrack(view)) })
    },
    chooseToken: (token) => select({ token }),
    setOptions: (options) => select({ options }),
    stepBack() {
      const { token, instance } = untrack(view)
      if (token !== null) select({ token: null })
      else if (instance !== null) select({ instance: null })
      else return false
      return true
    },
  }
}

/** A contrast names a token of one question; it makes no sense on another text. */
const withoutContrast = (view: View): AttributionOptionsValue => ({ ...view.options, contrast: null })

function stepOf(before: View, after: View, restore: (view: View) => void) {
  return {
    label: labelOf(before, after),
    undo: () => (restore(before), null),
    redo: () => (restore(after), null),
  }
}

function labelOf(before: View, after: View): string {
  if (before.instance !== after.instance) return 'choice of instance'
  if (optionsKey(before.options) !== optionsKey(after.options)) return 'change of options'
  return 'choice of token'
}
