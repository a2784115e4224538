/** One question on its way to its answer: asked, watched, and read when it is done. */
import type { Accessor } from 'solid-js'
import { untrack } from 'solid-js'
import type { DurableEvent, ProgressEvent } from '#collab/wire/events.ts'
import type { FullQuestion } from '#server/wire/analyses.ts'
import { paths } from '#server/wire/paths.ts'
import type { RunReply } from '#server/wire/runs.ts'
import { requestAnalysis, requestStudy } from '#web/api/analyses.ts'
import type { Api } from '#web/api/request.ts'
import { cancelRun, readRun } from '#web/api/runs.ts'
import type { ResultFile, Tensor } from '#web/api/safetensors.ts'
import { parseFile, parseTensors } from '#web/api/safetensors.ts'
import type { Clock } from '#web/collab/throttle.ts'
import { WebError } from '#web/errors.ts'
import type { EndedPhase } from './attributions.ts'
import { failedPhase, silence } from './attributions.ts'

/** How far an answer is. */
export type AnalysisPhase =
  | { readonly kind: 'asking' }
  | { readonly kind: 'running'; readonly run: RunReply }
  | { readonly kind: 'done'; readonly seconds: number | null }
  | EndedPhase

export interface Analysis {
  readonly phase: AnalysisPhase
  readonly progress: ProgressEvent | null
  /** The answer's tensors by name; null until it is done. */
  readonly tensors: ReadonlyMap<string, Tensor> | null
  /** The answer's JSON, to be parsed by its schema; null until it is done, and where there is none. */
  readonly report: unknown
  /**
   * What was told of an answer under way, for questions that tell parts: about an instance everything so far, about the corpus the
   * newest part. It stays when the run is cancelled.
   */
  readonly partial: ReadonlyMap<string, Tensor> | null
  /** Key of the run, once the server has named it. */
  readonly run: string | null
  /** Hash of the result file. */
  readonly result: string | null
}

/** Before the server has said anything. */
export const unanswered: Analysis = {
  phase: { kind: 'asking' },
  progress: null,
  tensors: null,
  report: null,
  partial: null,
  run: null,
  result: null,
}

/** A question about the corpus: `server/wire/studies.ts` says which there are. */
export interface StudyQuestion {
  readonly kind: string
  readonly [field: string]: unknown
}

export interface AnalysisDeps {
  readonly api: Api
  readonly workspace: string
  readonly clock: Clock
}

export type Subject =
  | { readonly instance: string; readonly question: FullQuestion }
  | { readonly instance: null; readonly question: StudyQuestion }

export interface Cell {
  readonly subject: Subject
  readonly analysis: Accessor<Analysis>
  set(part: Partial<Analysis>): void
  /** Number of the last event heard when it was asked for: what ended before does not count. */
  askedAt: number
}

export const phaseOf = (cell: Cell): AnalysisPhase => untrack(cell.analysis).phase

export const isRunning = (cell: Cell): boolean => phaseOf(cell).kind === 'running'

/** Ended without an answer. */
export const isEnded = ({ kind }: AnalysisPhase): boolean =>
  kind === 'failed' || kind === 'cancelled' || kind === 'forbidden'

export interface Runner {
  ask(cell: Cell): Promise<void>
  cancel(cell: Cell | undefined): Promise<void>
  durable(cells: readonly Cell[], event: Extract<DurableEvent, { key: string }>): void
  partial(cell: Cell, bytes: Uint8Array): void
}

export function makeRunner({ api, workspace, clock }: AnalysisDeps): Runner {
  const ends = makeEnds()
  const cancelled = new Set<string>()
  const fail = (cell: Cell, error: unknown): void => cell.set({ phase: failedPhase(error), progress: null })

  const finish = async (cell: Cell, result: string, seconds: number | null): Promise<void> => {
    try {
      const { tensors, report } = readReport(parseFile(await api.bytes(paths.result(workspace, result))))
      cell.set({ tensors, report, result, partial: null, progress: null, phase: { kind: 'done', seconds } })
    } catch (error) {
      fail(cell, error)
    }
  }
  const end = (cell: Cell, event: DurableEvent): void => {
    if (event.type === 'run-done' && event.result !== null) void finish(cell, event.result, null)
    if (event.type === 'run-failed') fail(cell, event.message)
    if (event.type === 'run-cancelled') cell.set({ phase: { kind: 'cancelled' }, progress: null })
  }
  const take = async (cell: Cell, run: RunReply): Promise<void> => {
    cell.set({ run: run.key })
    if (run.state === 'done' && run.result !== null) return finish(cell, run.result, run.seconds)
    if (run.state === 'failed') return fail(cell, run.error)
    if (run.state === 'cancelled') return cell.set({ phase: { kind: 'cancelled' }, progress: null })
    cell.set({ phase: { kind: 'running', run }, progress: run.progress })
    // A short run can be over before the answer that names it is here.
    const over = ends.after(run.key, cell.askedAt)
    if (over !== null) return end(cell, over)
    watch(cell, run.key)
  }
  /** An event can be lost with its connection; a silent run is asked about. */
  const watch = (cell: Cell, key: string): void => {
    const seen = untrack(cell.analysis)
    clock.after(silence, () => {
      const now = untrack(cell.analysis)
      if (now.phase.kind !== 'running' || now.run !== key) return
      if (now !== seen) return watch(cell, key)
      void readRun(api, workspace, key).then(
        (run) => take(cell, run),
        (error: unknown) => fail(cell, error),
      )
    })
  }
  const request = async ({ instance, question }: Subject): Promise<RunReply> =>
    instance === null
      ? (await requestStudy(api, workspace, question)).run
      : (await requestAnalysis(api, workspace, instance, question)).run
  return {
    async ask(cell) {
      cell.askedAt = ends.count()
      if (isEnded(phaseOf(cell))) cell.set({ phase: { kind: 'asking' } })
      try {
        const run = await request(cell.subject)
        if (phaseOf(cell).kind !== 'done') await take(cell, run)
      } catch (error) {
        fail(cell, error)
      }
    },
    async cancel(cell) {
      const run = cell === undefined ? null : untrack(cell.analysis).run
      if (cell === undefined || run === null || !isRunning(cell)) return
      // Shown at once, however long the way to the server is: from now on nothing of it is taken in.
      cell.set({ phase: { kind: 'cancelled' }, progress: null })
      cancelled.add(run)
      await cancelRun(api, workspace, run).catch((error: unknown) => {
        cancelled.delete(run)
        fail(cell, error)
      })
    },
    durable(cells, event) {
      // What this page has ended itself is no news, even where it has asked again meanwhile.
      if (event.type === 'run-cancelled' && cancelled.delete(event.key)) return
      ends.keep(event)
      for (const cell of cells) if (isRunning(cell)) end(cell, event)
    },
    partial(cell, bytes) {
      if (!isRunning(cell)) return
      try {
        const part = parseTensors(bytes)
        const before = cell.subject.instance === null ? null : untrack(cell.analysis).partial
        cell.set({ partial: before === null ? part : new Map([...before, ...part]) })
      } catch (error) {
        // The finished answer is fetched whole, so a damaged part costs nothing.
        if (!(error instanceof WebError && error.kind === 'bad-file')) throw error
      }
    },
  }
}

/** The ends of runs heard of lately, each with its number. */
function makeEnds() {
  const kept = new Map<string, { readonly number: number; readonly event: DurableEvent }>()
  let count = 0
  return {
    count: () => count,
    keep(event: Extract<DurableEvent, { key: string }>) {
      if (event.type === 'run-queued') return
      kept.delete(event.key)
      kept.set(event.key, { number: ++count, event })
      for (const oldest of kept.keys()) if (kept.size > 64) kept.delete(oldest)
    },
    /** How a run ended since then; null where nothing was heard. */
    after(key: string, number: number): DurableEvent | null {
      const end = kept.get(key)
      return end !== undefined && end.number > number ? end.event : null
    },
  }
}

function readReport({ tensors, metadata }: ResultFile): Pick<Analysis, 'tensors' | 'report'> {
  const text = metadata.get('report')
  if (text === undefined) return { tensors, report: null }
  try {
    return { tensors, report: JSON.parse(text) as unknown }
  } catch (cause) {
    throw new WebError('bad-file', 'The result file is damaged: its report cannot be read. Reload to fetch it again.', {
      cause,
    })
  }
}
