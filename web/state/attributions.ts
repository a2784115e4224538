/** The attributions of one workspace as this page knows them: asked for once, filled in part by part, kept for the next click. */
import type { Accessor } from 'solid-js'
import { createSignal, untrack } from 'solid-js'
import type { AttributionOptionsValue } from '#collab/wire/document.ts'
import type { DurableEvent, ProgressEvent } from '#collab/wire/events.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import type { RunReply } from '#server/wire/runs.ts'
import type { Api } from '#web/api/request.ts'
import { parsePartial, readResult } from '#web/api/results.ts'
import { cancelRun, readRun, requestAttribution } from '#web/api/runs.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { messageOf, WebError } from '#web/errors.ts'
import { optionsKey } from './permalink.ts'
import type { Scores } from './scores.ts'
import { convergedCount, mergePartial, wholeScores } from './scores.ts'

/** How far the computation of one attribution is. */
export type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asking' }
  | {
      readonly kind: 'running'
      readonly run: RunReply
      readonly progress: ProgressEvent | null
      readonly converged: number
    }
  | { readonly kind: 'done'; readonly seconds: number | null }
  | EndedPhase

/** An end without a result. */
export type EndedPhase =
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly message: string; readonly offline: boolean }
  | { readonly kind: 'forbidden'; readonly message: string }

export interface Entry {
  readonly instance: string
  readonly options: AttributionOptionsValue
  /** Number of output tokens. */
  readonly targets: number
  /** Key of the run, once the server has named it. */
  readonly run: string | null
  /** What is known so far; kept when the computation ends early. */
  readonly scores: Scores | null
  readonly phase: Phase
}

export interface Attributions {
  /** What is known for these options; null before anything was asked. */
  entry(instance: string, options: AttributionOptionsValue): Entry | null
  /** Asks for it unless it is here or under way; moves the token somebody waits for to the front. */
  want(instance: InstanceReply, options: AttributionOptionsValue, focus: number | null): void
  /** Asks again after a failure or a cancel. */
  again(instance: InstanceReply, options: AttributionOptionsValue, focus: number | null): void
  cancel(instance: string, options: AttributionOptionsValue): void
  /** The run that these options had when they were last asked for here. */
  runOf(instance: string, options: AttributionOptionsValue): string | null
  durable(event: DurableEvent): void
  progress(key: string, progress: ProgressEvent): void
  partial(key: string, converged: number, bytes: Uint8Array): void
  /** After a gap in the connection: what was under way is asked for again. */
  refresh(): void
}

export interface AttributionDeps {
  readonly api: Api
  readonly workspace: string
  readonly clock: Clock
}

interface Cell {
  readonly entry: Accessor<Entry>
  set(part: Partial<Entry>): void
  instance: InstanceReply
  focus: number | null
}

/** Results kept in the page. */
const most = 24
/** A run that has been silent for so long is asked about. */
export const silence = 5_000

export function createAttributions(deps: AttributionDeps): Attributions {
  const [cells, setCells] = createSignal<ReadonlyMap<string, Cell>>(new Map())
  const keyOf = (instance: string, options: AttributionOptionsValue): string => `${instance} ${optionsKey(options)}`
  const find = (instance: string, options: AttributionOptionsValue): Cell | undefined =>
    cells().get(keyOf(instance, options))
  const byRun = (run: string): Cell | undefined =>
    [...untrack(cells).values()].find((cell) => untrack(cell.entry).run === run)
  const early = makeEarlyParts()
  const runner = makeRunner(deps, early)

  const ensure = (instance: InstanceReply, options: AttributionOptionsValue): Cell => {
    const key = keyOf(instance.id, options)
    const known = untrack(cells).get(key)
    const fresh = known !== undefined && untrack(known.entry).targets === (instance.output?.ids.length ?? 0)
    const cell = fresh ? known : makeCell(instance, options)
    // Insertion order is order of use: the first one is the longest unused.
    const next = new Map(untrack(cells))
    next.delete(key)
    next.set(key, cell)
    for (const oldest of next.keys()) if (next.size > most) next.delete(oldest)
    setCells(next)
    return cell
  }
  const want = (instance: InstanceReply, options: AttributionOptionsValue, focus: number | null): void => {
    const cell = ensure(instance, options)
    const { phase } = untrack(cell.entry)
    const moved = cell.focus !== focus
    cell.instance = instance
    cell.focus = focus
    if (phase.kind === 'idle' || (phase.kind === 'running' && moved)) void runner.ask(cell)
  }
  return {
    entry: (instance, options) => find(instance, options)?.entry() ?? null,
    want,
    again(instance, options, focus) {
      ensure(instance, options).set({ phase: { kind: 'idle' } })
      want(instance, options, focus)
    },
    cancel: (instance, options) => void runner.cancel(untrack(() => find(instance, options))),
    runOf: (instance, options) => find(instance, options)?.entry().run ?? null,
    durable: (event) => 'key' in event && runner.durable(byRun(event.key), event),
    progress: (key, progress) => runner.progress(byRun(key), progress),
    partial(key, converged, bytes) {
      const cell = byRun(key)
      if (cell === undefined) early.keep(key, bytes)
      else runner.partial(cell, converged, bytes)
    },
    refresh() {
      for (const cell of untrack(cells).values()) {
        const { phase } = untrack(cell.entry)
        if (phase.kind === 'running' || (phase.kind === 'failed' && phase.offline)) void runner.ask(cell)
      }
    },
  }
}

function makeCell(instance: InstanceReply, options: AttributionOptionsValue): Cell {
  const [entry, setEntry] = createSignal<Entry>({
    instance: instance.id,
    options,
    targets: instance.output?.ids.length ?? 0,
    run: null,
    scores: null,
    phase: { kind: 'idle' },
  })
  const set = (part: Partial<Entry>): void => void setEntry((before) => ({ ...before, ...part }))
  return { entry, set, instance, focus: null }
}

/** Parts can arrive before the answer that names their run; a few are kept for it. */
function makeEarlyParts(): { keep(key: string, bytes: Uint8Array): void; take(key: string): readonly Uint8Array[] } {
  const parts = new Map<string, Uint8Array[]>()
  return {
    keep(key, bytes) {
      parts.set(key, [...(parts.get(key) ?? []), bytes].slice(-64))
      for (const oldest of parts.keys()) if (parts.size > 8) parts.delete(oldest)
    },
    take(key) {
      const kept = parts.get(key) ?? []
      parts.delete(key)
      return kept
    },
  }
}

interface Runner {
  ask(cell: Cell): Promise<void>
  cancel(cell: Cell | undefined): Promise<void>
  durable(cell: Cell | undefined, event: DurableEvent): void
  progress(cell: Cell | undefined, progress: ProgressEvent): void
  partial(cell: Cell, converged: number, bytes: Uint8Array): void
}

function makeRunner(deps: AttributionDeps, early: ReturnType<typeof makeEarlyParts>): Runner {
  const { api, workspace, clock } = deps
  const phaseOf = (cell: Cell): Phase => untrack(cell.entry).phase
  const fail = (cell: Cell, error: unknown): void => cell.set({ phase: failedPhase(error) })

  const finish = async (cell: Cell, result: string, seconds: number | null): Promise<void> => {
    try {
      const scores = wholeScores(await readResult(api, workspace, result))
      cell.set({ scores, phase: { kind: 'done', seconds } })
    } catch (error) {
      fail(cell, error)
    }
  }
  const take = async (cell: Cell, run: RunReply): Promise<void> => {
    cell.set({ run: run.key })
    if (run.state === 'done' && run.result !== null) return finish(cell, run.result, run.seconds)
    if (run.state === 'failed') return cell.set({ phase: failedPhase(run.error) })
    if (run.state === 'cancelled') return cell.set({ phase: { kind: 'cancelled' } })
    const before = phaseOf(cell)
    const converged = before.kind === 'running' ? before.converged : 0
    cell.set({ phase: { kind: 'running', run, progress: run.progress, converged } })
    for (const bytes of early.take(run.key)) partial(cell, converged, bytes)
    watch(cell, run.key)
  }
  /** An event can be lost with its connection; a silent run is asked about. */
  const watch = (cell: Cell, key: string): void => {
    const seen = phaseOf(cell)
    clock.after(silence, () => {
      if (phaseOf(cell).kind !== 'running' || untrack(cell.entry).run !== key) return
      if (phaseOf(cell) !== seen) return watch(cell, key)
      void readRun(api, workspace, key).then(
        (run) => take(cell, run),
        (error: unknown) => fail(cell, error),
      )
    })
  }
  const partial = (cell: Cell, converged: number, bytes: Uint8Array): void => {
    const { scores, targets, phase } = untrack(cell.entry)
    if (phase.kind !== 'running') return
    try {
      const merged = mergePartial(scores, parsePartial(bytes), targets)
      cell.set({ scores: merged, phase: { ...phase, converged: Math.max(converged, convergedCount(merged)) } })
    } catch (error) {
      // The finished result is fetched whole, so a damaged part costs nothing but its colours.
      if (!(error instanceof WebError && error.kind === 'bad-file')) throw error
    }
  }
  return {
    async ask(cell) {
      const { options, instance } = untrack(cell.entry)
      if (phaseOf(cell).kind !== 'running') cell.set({ phase: { kind: 'asking' } })
      try {
        const { run } = await requestAttribution(api, workspace, { instance, options, focus: cell.focus })
        if (phaseOf(cell).kind !== 'done') await take(cell, run)
      } catch (error) {
        fail(cell, error)
      }
    },
    async cancel(cell) {
      if (cell === undefined) return
      const { run } = untrack(cell.entry)
      if (run !== null) await cancelRun(api, workspace, run).catch((error: unknown) => fail(cell, error))
    },
    durable(cell, event) {
      if (cell === undefined || phaseOf(cell).kind === 'done') return
      if (event.type === 'run-done' && event.result !== null) void finish(cell, event.result, null)
      if (event.type === 'run-failed') cell.set({ phase: failedPhase(event.message) })
      if (event.type === 'run-cancelled') cell.set({ phase: { kind: 'cancelled' } })
    },
    progress(cell, progress) {
      if (cell === undefined) return
      const phase = phaseOf(cell)
      if (phase.kind === 'running') cell.set({ phase: { ...phase, progress } })
    },
    partial,
  }
}

/** What to say of an error, or of the message of a run that failed. */
export function failedPhase(error: unknown): EndedPhase {
  if (error instanceof WebError && error.kind === 'not-allowed') return { kind: 'forbidden', message: error.message }
  const offline = error instanceof WebError && error.kind === 'offline'
  const message = typeof error === 'string' || error === null ? (error ?? 'No cause was given.') : messageOf(error)
  return { kind: 'failed', message, offline }
}
