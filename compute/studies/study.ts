/** What studies share: they go through rows step by step, and tell how far they are. */
import type { Engine } from '#compute/runtime/engine.ts'
import { outputProblem } from '#compute/attribution/problem.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import type { HeadMatrix, Progress, StudyResult, StudyRow, StudyTensor } from '#compute/types.ts'

/** A study under way: others may go first, or it may be stopped, at every step. */
export type StudySteps<Result = StudyResult> = AsyncGenerator<Progress, Result>

/** Every token of the output of a row is a target. */
export const problemOf = ({ model }: Engine, { source, output }: StudyRow): Problem =>
  outputProblem(model, source, output)

/** One progress for every step of inner work. */
export async function* reporting<Result>(
  steps: AsyncGenerator<unknown, Result>,
  progress: Progress,
): AsyncGenerator<Progress, Result> {
  for (;;) {
    const step = await steps.next()
    if (step.done === true) return step.value
    yield progress
  }
}

/** [layers, heads] by kind of attention, as tensors `{name}.{kind}`. */
export const headTensors = (name: string, matrices: readonly HeadMatrix[]): Readonly<Record<string, StudyTensor>> =>
  Object.fromEntries(
    matrices.map(({ kind, shape, values }) => [`${name}.${kind}`, { dtype: 'F32', shape, data: values }]),
  )

export const floats = (data: Iterable<number>, shape?: readonly number[]): StudyTensor => {
  const values = Float32Array.from(data)
  return { dtype: 'F32', shape: shape ?? [values.length], data: values }
}

export const integers = (data: Iterable<number>, shape?: readonly number[]): StudyTensor => {
  const values = Int32Array.from(data)
  return { dtype: 'I32', shape: shape ?? [values.length], data: values }
}
