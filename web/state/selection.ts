/** What this person looks at, and everything that follows from a change of it: the address, undo, and what the others see. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { AttributionOptionsValue, Pin, TokenChoice } from '#collab/wire/document.ts'
import { encodePoints } from '#collab/wire/point-set.ts'
import type { History } from './history.ts'
import type { View } from './permalink.ts'
import { optionsKey, sameView } from './permalink.ts'

/**
 * Who moved: this person, or what they follow or came back to. Only own moves can be undone and are shown to others; `passing` ones
 * are shown to others, and leave no trace behind.
 */
export type Origin = 'own' | 'passing' | 'mirrored' | 'address'

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
  /** Makes a head the only chosen one; the only chosen one is let go. */
  chooseHead(head: string): void
  /** Adds a head to the chosen ones, or takes it out. */
  toggleHead(head: string): void
  /** Marks heads to be left out. */
  setPruned(heads: readonly string[]): void
  /** Holds the present question as "B" of a comparison, or lets it go. */
  togglePin(): void
  setPin(pin: Pin | null): void
  /** Moves through the layers of the projection: no step for undo or Back. */
  setLayer(layer: number | null): void
  /** Chooses rows of the corpus together, by ordinal. */
  setPoints(ordinals: Iterable<number>): void
  /** One level back: the token, the instance, then the chosen rows. False when nothing is left to leave. */
  stepBack(): boolean
}

export function createSelection(deps: SelectionDeps, initial: View): SelectionState {
  const [view, setView] = createSignal<View>(initial, { equals: sameView })
  const apply = (next: View, origin: Origin): void => {
    const before = untrack(view)
    if (sameView(before, next)) return
    if (origin === 'own' || origin === 'passing') deps.moved()
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
    ...headMoves(() => untrack(view), select),
    setLayer: (layer) => select({ layer }, 'passing'),
    setPoints: (ordinals) => select({ points: encodePoints(ordinals) }),
    stepBack() {
      const { token, instance, points } = untrack(view)
      if (token !== null) select({ token: null })
      else if (instance !== null) select({ instance: null })
      else if (points !== null) select({ points: null })
      else return false
      return true
    },
  }
}

type HeadMoves = Pick<SelectionState, 'chooseHead' | 'toggleHead' | 'setPruned' | 'togglePin' | 'setPin'>

function headMoves(now: () => View, select: SelectionState['select']): HeadMoves {
  return {
    chooseHead(head) {
      const { heads } = now()
      select({ heads: heads.length === 1 && heads[0] === head ? [] : [head] })
    },
    toggleHead(head) {
      const { heads } = now()
      select({ heads: heads.includes(head) ? heads.filter((each) => each !== head) : [...heads, head] })
    },
    setPruned: (pruned) => select({ pruned }),
    setPin: (pin) => select({ pin }),
    togglePin() {
      const { instance, options, pin } = now()
      if (instance === null) return
      const held = pin !== null && pin.instance === instance && optionsKey(pin.options) === optionsKey(options)
      select({ pin: held ? null : { instance, options } })
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
  if (before.heads.join() !== after.heads.join()) return 'choice of heads'
  if (before.pruned.join() !== after.pruned.join()) return 'choice of heads to leave out'
  if (before.points !== after.points) return 'selection of points'
  if (before.pin !== after.pin) return 'comparison'
  return 'choice of token'
}
