import type { Accessor } from 'solid-js'
import { createSignal } from 'solid-js'
import type { Toasts } from './toasts.ts'
import type { Step, UndoStack } from './undo.ts'
import { emptyStack, pushStep, redoStep, undoStep } from './undo.ts'

/** Undo and redo of this person's selections and filters in one workspace. */
export interface History {
  readonly undoLabel: Accessor<string | null>
  readonly redoLabel: Accessor<string | null>
  push(step: Step): void
  undo(): void
  redo(): void
}

export function createHistory(toasts: Toasts): History {
  const [stack, setStack] = createSignal<UndoStack>(emptyStack)
  const apply = (move: typeof undoStep): void => {
    const { stack: next, problem } = move(stack())
    setStack(next)
    if (problem !== null) toasts.show(problem)
  }
  return {
    undoLabel: () => stack().past.at(-1)?.label ?? null,
    redoLabel: () => stack().future.at(-1)?.label ?? null,
    push: (step) => void setStack((before) => pushStep(before, step)),
    undo: () => apply(undoStep),
    redo: () => apply(redoStep),
  }
}
