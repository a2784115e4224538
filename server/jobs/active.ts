import type { FileTensor } from '#compute/index.ts'
import type { PartialAttribution, Progress, RunningTask } from '#compute/types.ts'
import type { Announcer } from '#collab/index.ts'
import type { ProgressEvent } from '#collab/wire/events.ts'
import type { StoredRun, Wish } from '../db/runs.ts'
import { type Accumulator, encodePart, makeAccumulator } from './partial.ts'
import { makeGrowing } from './growing.ts'
import { makeMeter, makeThrottle } from './progress.ts'

/** Between two messages about one run. */
const PROGRESS_MS = 250
const PARTIAL_MS = 100
const TENSORS_MS = 200

/** A run that this process computes: what is told about it, and to which workspaces. */
export interface ActiveRun {
  readonly run: StoredRun
  readonly accumulator: Accumulator
  /** The newest progress, for those who ask. */
  readonly progress: ProgressEvent | null
  readonly cancelled: boolean
  /** Output token somebody waits for. */
  readonly focus: number | null
  report(progress: Progress): void
  part(part: PartialAttribution, total: number): void
  /** Tells tensors of a result under way, under the names they will have in it; of each the newest. `done` of `total` are finished. */
  tensors(tensors: Readonly<Record<string, FileTensor>>, done: number, total: number): void
  notice(text: string): void
  /** Hands over a task until the returned function is called; in a run that is cancelled it is cancelled at once. */
  attach(task: Controls): () => void
  setFocus(target: number): void
  /** The workspaces that waited when the run was taken, less those that have left since. */
  welcome(wishes: readonly Wish[]): void
  /** From now on the workspace is told too, first of all that is known by now: somebody in it asked meanwhile. */
  addWorkspace(workspace: string): void
  /** Tells a workspace nothing more. */
  dropWorkspace(workspace: string): void
  cancel(): void
  /** Ends what is throttled. */
  stop(): void
}

type Controls = Pick<RunningTask<unknown>, 'focus' | 'cancel'>

export interface ActiveDeps {
  readonly announcer: Announcer
  now(): Date
}

export function makeActiveRun(run: StoredRun, { announcer, now }: ActiveDeps): ActiveRun {
  const clock = (): number => now().getTime()
  const workspaces = new Set<string>()
  const left = new Set<string>()
  const tasks = new Set<Controls>()
  const meter = makeMeter(clock)
  const accumulator = makeAccumulator()
  const tell = (say: (workspace: string) => void): void => workspaces.forEach(say)
  const growing = makeGrowing()
  let progress: ProgressEvent | null = null
  let cancelled = false
  let targets = 0
  let focus = run.input.kind === 'attribution' ? run.input.focus : null

  const progressing = makeThrottle(PROGRESS_MS, clock, (event: ProgressEvent) =>
    tell((workspace) => announcer.progress(workspace, run.key, event)),
  )
  const parting = makeThrottle(PARTIAL_MS, clock, (total: number) => {
    const news = accumulator.takeNews()
    if (news === null) return
    const bytes = encodePart(news)
    tell((workspace) => announcer.partial(workspace, run.key, accumulator.converged, total, bytes))
  })

  const growingUp = makeThrottle(TENSORS_MS, clock, () => {
    const bytes = growing.takeNews()
    tell((workspace) => announcer.partial(workspace, run.key, growing.done, growing.total, bytes))
  })

  return {
    run,
    accumulator,
    get progress() {
      return progress
    },
    get cancelled() {
      return cancelled
    },
    get focus() {
      return focus
    },
    report(said) {
      progress = meter(said)
      progressing.push(progress)
    },
    part(part, total) {
      accumulator.merge(part)
      targets = total
      parting.push(total)
    },
    tensors(tensors, done, total) {
      growing.merge(tensors, done, total)
      growingUp.push(null)
    },
    notice: (text) => tell((workspace) => announcer.notice(workspace, { level: 'warn', text })),
    attach(task) {
      tasks.add(task)
      if (cancelled) task.cancel()
      return () => void tasks.delete(task)
    },
    setFocus(target) {
      focus = target
      for (const task of tasks) task.focus(target)
    },
    welcome(wishes) {
      for (const { workspace } of wishes) if (!left.has(workspace)) workspaces.add(workspace)
    },
    addWorkspace(workspace) {
      left.delete(workspace)
      workspaces.add(workspace)
      if (cancelled) return
      const known = accumulator.all()
      if (known !== null) announcer.partial(workspace, run.key, accumulator.converged, targets, encodePart(known))
      const grown = growing.all()
      if (grown !== null) announcer.partial(workspace, run.key, growing.done, growing.total, grown)
    },
    dropWorkspace(workspace) {
      left.add(workspace)
      workspaces.delete(workspace)
    },
    cancel() {
      cancelled = true
      for (const task of tasks) task.cancel()
    },
    stop() {
      progressing.stop()
      parting.stop()
      growingUp.stop()
    },
  }
}
