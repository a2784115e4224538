import type { CheckpointTask, Progress, Task, TaskPartial, TaskResults } from '#compute/types.ts'
import { ablate, attend, flow, look, measureHeads, rank, weights } from './attention.ts'
import { explain } from './explain.ts'
import { explainPairs, judge, readLayers } from './inputs.ts'
import { inspectCheckpoint } from './inspect.ts'
import { asTask, runStudy } from '#compute/studies/run-study.ts'
import { withLanguages } from './language.ts'
import type { Opened } from './opened.ts'
import { prepare } from './prepare.ts'
import { respond, writeWithout } from './respond.ts'
import { respondMany } from './respond-many.ts'

/** What a task reports between two steps. */
export interface TaskStep {
  readonly progress: Progress
  readonly partial: TaskPartial | null
}

export type TaskResult = TaskResults[Task['kind']]

/** Does a task on a checkpoint step by step; between steps another may go first, or this one be stopped. */
export async function* runTask(
  plain: Opened,
  task: CheckpointTask,
  focus: () => number | null,
): AsyncGenerator<TaskStep, TaskResult> {
  const opened = await speak(plain, task)
  switch (task.kind) {
    case 'inspect':
      return inspectCheckpoint(opened)
    case 'prepare':
      return prepare(opened)
    case 'tokenize':
      return (await opened.tokenizer()).encode(task.text)
    case 'respond':
      return yield* toldAlone(respond(opened, task.text, task))
    case 'respond-many':
      return yield* answerMany(opened, task)
    case 'attribute':
      return yield* explain(opened, task.source, task.output, task.options, { focus, finished: task.finished })
    case 'attend':
    case 'ablate':
    case 'head-effects':
    case 'weights':
    case 'head-measures':
    case 'head-importance':
    case 'flow':
      return yield* runHeads(opened, task, focus)
    case 'write-without':
      return yield* toldAlone(writeWithout(opened, task))
    case 'interact':
      return yield* explainPairs(opened, task, focus)
    case 'lens':
      return yield* readLayers(opened, task)
    case 'study':
      return yield* asTask(runStudy(opened, task))
    case 'judge':
      return yield* judge(opened, task)
  }
}

/** Work that reads or writes texts: the languages that are in force where nobody names others count there. */
const readsText: readonly CheckpointTask['kind'][] = ['tokenize', 'respond', 'respond-many', 'write-without', 'study']

async function speak(opened: Opened, task: CheckpointTask): Promise<Opened> {
  const named = 'languages' in task ? task.languages : undefined
  return named === undefined && !readsText.includes(task.kind) ? opened : withLanguages(opened, named ?? {})
}

async function* answerMany(
  opened: Opened,
  task: Extract<CheckpointTask, { kind: 'respond-many' }>,
): AsyncGenerator<TaskStep, null> {
  const { texts } = task
  const answering = respondMany(opened, texts, task)
  let done = 0
  for await (const partial of answering) {
    done += partial?.answers.length ?? 0
    yield { progress: { stage: 'Writing outputs', done, total: texts.length }, partial }
  }
  return null
}

type HeadTask = Extract<
  CheckpointTask,
  { kind: 'attend' | 'ablate' | 'head-effects' | 'weights' | 'head-measures' | 'head-importance' | 'flow' }
>

/** Tasks about attention. */
async function* runHeads(
  opened: Opened,
  task: HeadTask,
  focus: () => number | null,
): AsyncGenerator<TaskStep, TaskResult> {
  switch (task.kind) {
    case 'attend':
      return yield* attend(opened, task, focus)
    case 'ablate':
      return ablate(opened, task)
    case 'head-effects':
      return yield* toldAlone(measureHeads(opened, task))
    case 'weights':
      return weights(opened, task)
    case 'head-measures':
      return look(opened, task)
    case 'head-importance':
      return yield* rank(opened, task)
    case 'flow':
      return flow(opened, task)
  }
}

/** Work that tells its progress alone. */
async function* toldAlone<Result>(work: AsyncGenerator<Progress, Result>): AsyncGenerator<TaskStep, Result> {
  let step = await work.next()
  while (step.done !== true) {
    yield { progress: step.value, partial: null }
    step = await work.next()
  }
  return step.value
}
