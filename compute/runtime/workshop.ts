/**
 * Tasks taking turns on one thread. A run blocks the thread, so tasks are cut into runs; between two of them messages come in,
 * and the next step goes to an interactive task if there is one: to the one that has had the fewest steps, so that somebody who
 * clicks while others' instances are being computed sees the first colours at once. Tasks that somebody waits for come next.
 */
import { ComputeError } from '#compute/errors.ts'
import { asTask, runTextStudy } from '#compute/studies/run-study.ts'
import { projectStates } from '#compute/tasks/project-states.ts'
import { runTask } from '#compute/tasks/run-task.ts'
import type { TaskResult, TaskStep } from '#compute/tasks/run-task.ts'
import type { Priority, Task } from '#compute/types.ts'
import type { FromWorker } from './messages.ts'
import type { Workbench } from './workbench.ts'

export interface Workshop {
  readonly start: (id: number, task: Task, priority: Priority) => void
  readonly focus: (id: number, target: number) => void
  readonly cancel: (id: number) => void
}

interface Work {
  readonly id: number
  readonly task: Task
  readonly priority: Priority
  steps: AsyncGenerator<TaskStep, TaskResult> | null
  focus: number | null
  isCancelled: boolean
  /** Steps it has had. */
  taken: number
  /** When progress was last reported, so that a task of a thousand steps does not send a thousand messages. */
  reported: number
}

const progressInterval = 100

/** A workshop that begins at this bench. Where its device fails, all tasks begin again at the next one, if there is one. */
export function makeWorkshop(first: Workbench, send: (message: FromWorker) => void): Workshop {
  let bench = first
  const queue: Work[] = []
  const all = new Map<number, Work>()
  let isBusy = false

  async function begin(work: Work): Promise<AsyncGenerator<TaskStep, TaskResult>> {
    const { task } = work
    if (task.kind === 'project') return projectStates(task, bench.products)
    if (task.checkpoint === null) return asTask(runTextStudy(task))
    return runTask(await bench.take(task.checkpoint), task, () => work.focus)
  }

  async function step(work: Work): Promise<void> {
    work.taken++
    work.steps ??= await begin(work)
    const { value, done } = await work.steps.next()
    if (work.isCancelled) throw new ComputeError('cancelled', 'Cancelled')
    if (done === true) {
      all.delete(work.id)
      return send({ type: 'done', id: work.id, result: value })
    }
    if (value.partial !== null) send({ type: 'partial', id: work.id, partial: value.partial })
    if (performance.now() - work.reported >= progressInterval) {
      work.reported = performance.now()
      send({ type: 'progress', id: work.id, progress: value.progress })
    }
    queue.push(work)
  }

  /** Whether the task can begin again, at another device. What others have begun is bound to the lost device too. */
  async function giveWay(failure: unknown): Promise<boolean> {
    if (bench.next === null || !(failure instanceof ComputeError) || failure.kind !== 'device') return false
    for (const begun of all.values()) {
      await begun.steps?.return(undefined as never).catch(() => {}) // it was working on what is lost
      begun.steps = null
    }
    const { cause, message } = failure
    bench = await bench.next(cause instanceof Error ? cause.message : message)
    send({ type: 'moved', device: bench.device })
    return true
  }

  async function stop(work: Work, error: unknown): Promise<void> {
    all.delete(work.id)
    await work.steps?.return(undefined as never).catch(() => {}) // its own failure is the one told of
    const kind = error instanceof ComputeError ? error.kind : 'internal'
    const message = error instanceof Error ? error.message : String(error)
    const prefix = error instanceof ComputeError ? '' : 'internal: '
    send({ type: 'failed', id: work.id, kind, message: `${prefix}${message}` })
  }

  async function work(): Promise<void> {
    if (isBusy) return
    isBusy = true
    while (queue.length > 0) {
      const current = takeNext(queue)
      try {
        if (current.isCancelled) throw new ComputeError('cancelled', 'Cancelled')
        await step(current)
      } catch (error) {
        if (!current.isCancelled && (await giveWay(error))) queue.push(current)
        else await stop(current, error)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    isBusy = false
  }

  return {
    start: (id, task, priority) => {
      const focus = 'focus' in task ? task.focus : null
      const started: Work = {
        id,
        task,
        priority,
        steps: null,
        focus,
        isCancelled: false,
        taken: 0,
        reported: -Infinity,
      }
      all.set(id, started)
      queue.push(started)
      void work()
    },
    focus: (id, target) => {
      const found = all.get(id)
      if (found !== undefined) found.focus = target
    },
    cancel: (id) => {
      const found = all.get(id)
      if (found !== undefined) found.isCancelled = true
    },
  }
}

/** Takes the task of the next step out of a queue that is not empty. */
function takeNext(queue: Work[]): Work {
  const interactive = queue.filter(({ priority }) => priority === 'interactive')
  const waited = queue.find(({ priority }) => priority === 'waited')
  const first = interactive[0] ?? waited ?? queue[0]!
  const next = interactive.reduce((best, work) => (work.taken < best.taken ? work : best), first)
  queue.splice(queue.indexOf(next), 1)
  return next
}
