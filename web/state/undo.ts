/** Undo of a person's own changes: each step knows how to go back, or says why it cannot any more. */

export interface Step {
  /** What was done, to be read after "Undo": "filter removed". */
  readonly label: string
  /** Goes back. Returns a sentence when others' later changes stand in the way; nothing is changed then. */
  undo(): string | null
  /** Does it again, under the same rule. */
  redo(): string | null
}

export interface UndoStack {
  readonly past: readonly Step[]
  readonly future: readonly Step[]
}

export const emptyStack: UndoStack = { past: [], future: [] }

/** Old steps beyond this many are forgotten. */
const deepest = 200

export function pushStep(stack: UndoStack, step: Step): UndoStack {
  return { past: [...stack.past.slice(1 - deepest), step], future: [] }
}

/** The stack after one step back, with the sentence that says why it was not possible. A step that cannot be undone is dropped. */
export function undoStep(stack: UndoStack): {
  readonly stack: UndoStack
  readonly done: Step | null
  readonly problem: string | null
} {
  const step = stack.past.at(-1)
  if (step === undefined) return { stack, done: null, problem: null }
  const problem = step.undo()
  const past = stack.past.slice(0, -1)
  if (problem !== null) return { stack: { past, future: stack.future }, done: null, problem }
  return { stack: { past, future: [...stack.future, step] }, done: step, problem: null }
}

export function redoStep(stack: UndoStack): {
  readonly stack: UndoStack
  readonly done: Step | null
  readonly problem: string | null
} {
  const step = stack.future.at(-1)
  if (step === undefined) return { stack, done: null, problem: null }
  const problem = step.redo()
  const future = stack.future.slice(0, -1)
  if (problem !== null) return { stack: { past: stack.past, future }, done: null, problem }
  return { stack: { past: [...stack.past, step], future }, done: step, problem: null }
}
