/** Studies as tasks: each by its name. */
import type { Opened } from '#compute/tasks/opened.ts'
import type { Progress, StudyResult, StudyTask } from '#compute/types.ts'
import { drawCurves } from './ablation-curve.ts'
import { drawOnSegments } from './demonstrations.ts'
import { supportEntities } from './entity-support.ts'
import { evaluateOutputs } from './evaluation.ts'
import { summariseHeads } from './head-summary.ts'
import { pruneByKind } from './pruning.ts'
import { reconstructHeads } from './reconstruction.ts'
import type { StudySteps } from './study.ts'

/** A study of a checkpoint, in steps between which others may go first. */
export const runStudy = (opened: Opened, task: Extract<StudyTask, { checkpoint: string }>): StudySteps => {
  switch (task.study) {
    case 'head-summary':
      return summariseHeads(opened, task)
    case 'ablation-curve':
      return drawCurves(opened, task)
    case 'pruning':
      return pruneByKind(opened, task)
    case 'reconstruction':
      return reconstructHeads(opened, task)
    case 'demonstrations':
      return drawOnSegments(opened, task)
    case 'evaluation':
      return evaluateOutputs(opened, task)
  }
}

/** One that needs texts alone. */
export const runTextStudy = (task: Extract<StudyTask, { checkpoint: null }>): StudySteps => supportEntities(task)

/** As the steps of a task. */
export async function* asTask(
  steps: StudySteps,
): AsyncGenerator<{ readonly progress: Progress; readonly partial: null }, StudyResult> {
  for (;;) {
    const step = await steps.next()
    if (step.done === true) return step.value
    yield { progress: step.value, partial: null }
  }
}
