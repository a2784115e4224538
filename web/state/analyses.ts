/** Questions and their answers as this page knows them: asked for once, kept for the next look. For instances and for studies. */
import type { Accessor } from 'solid-js'
import { batch, createSignal, untrack } from 'solid-js'
import type { DurableEvent, ProgressEvent } from '#collab/wire/events.ts'
import type { Question } from '#server/wire/analyses.ts'
import { question as questionSchema } from '#server/wire/analyses.ts'
import type { Analysis, AnalysisDeps, Cell, StudyQuestion, Subject } from './analysis-runner.ts'
import { isEnded, isRunning, makeRunner, phaseOf, unanswered } from './analysis-runner.ts'

export type { Analysis, AnalysisPhase, StudyQuestion } from './analysis-runner.ts'
export { unanswered } from './analysis-runner.ts'

/** An instance as far as its answers depend on it. */
export interface AskedInstance {
  readonly id: string
  readonly output: { readonly ids: readonly number[] } | null
}

export interface Analyses {
  /**
   * The answer to a question about an instance, or with null to a study; asks for it unless it is here or under way. Equal questions
   * have one answer. The accessor stays good for as long as it is held.
   */
  ask(instance: AskedInstance, question: Question): Accessor<Analysis>
  ask(instance: null, study: StudyQuestion): Accessor<Analysis>
  /** What is known of it, without asking. */
  known(instance: AskedInstance | null, question: Question | StudyQuestion): Analysis | null
  /** Asks again after a failure or a cancel. */
  retry(instance: AskedInstance | null, question: Question | StudyQuestion): void
  cancel(instance: AskedInstance | null, question: Question | StudyQuestion): void
  /** Forgets an answer, so that whoever asks next is answered anew; what is under way stays. */
  forget(instance: AskedInstance | null, question: Question | StudyQuestion): void
  durable(event: DurableEvent): void
  progress(key: string, progress: ProgressEvent): void
  partial(key: string, bytes: Uint8Array): void
  /** After a gap in the connection: what was under way is asked for again. */
  refresh(): void
}

/** Answers kept in the page: so many, and so many bytes of them. */
const most = 400
const mostBytes = 256 * 2 ** 20

export function createAnalyses(deps: AnalysisDeps): Analyses {
  const [cells, setCells] = createSignal<ReadonlyMap<string, Cell>>(new Map())
  const runner = makeRunner(deps)
  const find = (instance: AskedInstance | null, question: Question | StudyQuestion): Cell | undefined =>
    cells().get(keyOf(instance, question))
  const ofRun = (run: string): readonly Cell[] =>
    untrack(() => [...cells().values()].filter((cell) => cell.analysis().run === run))

  const ensure = (instance: AskedInstance | null, question: Question | StudyQuestion): Cell => {
    const key = keyOf(instance, question)
    const known = untrack(cells).get(key)
    const cell = known ?? makeCell(subjectOf(instance, question))
    // Insertion order is order of use: the first one is the longest unused.
    const next = new Map(untrack(cells))
    next.delete(key)
    next.set(key, cell)
    dropOldest(next)
    setCells(next)
    if (known === undefined) void runner.ask(cell)
    return cell
  }
  return {
    // Asking writes; whoever asks from a computation must not run again for that.
    ask: (instance: AskedInstance | null, question: Question | StudyQuestion) =>
      untrack(() => batch(() => ensure(instance, question).analysis)),
    known: (instance, question) => find(instance, question)?.analysis() ?? null,
    retry(instance, question) {
      const known = untrack(() => find(instance, question))
      if (known === undefined) ensure(instance, question)
      else if (isEnded(untrack(known.analysis).phase)) void runner.ask(known)
    },
    forget(instance, question) {
      const key = keyOf(instance, question)
      const cell = untrack(cells).get(key)
      if (cell === undefined || isRunning(cell)) return
      setCells(new Map([...untrack(cells)].filter(([each]) => each !== key)))
    },
    cancel: (instance, question) => void runner.cancel(untrack(() => find(instance, question))),
    durable: (event) => 'key' in event && runner.durable(ofRun(event.key), event),
    progress: (key, progress) => ofRun(key).forEach((cell) => isRunning(cell) && cell.set({ progress })),
    partial: (key, bytes) => ofRun(key).forEach((cell) => runner.partial(cell, bytes)),
    refresh() {
      for (const cell of untrack(cells).values()) {
        const { phase } = untrack(cell.analysis)
        if (phase.kind === 'running' || (phase.kind === 'failed' && phase.offline)) void runner.ask(cell)
      }
    },
  }
}

function makeCell(subject: Subject): Cell {
  const [analysis, setAnalysis] = createSignal<Analysis>(unanswered)
  const set = (part: Partial<Analysis>): void => void setAnalysis((before) => ({ ...before, ...part }))
  return { subject, analysis, set, askedAt: 0 }
}

function subjectOf(instance: AskedInstance | null, question: Question | StudyQuestion): Subject {
  return instance === null
    ? { instance, question }
    : { instance: instance.id, question: questionSchema.parse(question) }
}

/** One text for everything that decides an answer; the output is part of it, because it may be written anew. */
function keyOf(instance: AskedInstance | null, question: Question | StudyQuestion): string {
  const { question: full } = subjectOf(instance, question)
  return canonical([instance?.id ?? null, instance?.output?.ids ?? null, full])
}

/** JSON with sorted names, so that equal values give equal text. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([left], [right]) => (left < right ? -1 : 1)))
      : entry,
  )
}

/** Forgets the longest unused; what is under way stays, since its end must be heard. */
function dropOldest(cells: Map<string, Cell>): void {
  let bytes = 0
  for (const cell of cells.values()) bytes += bytesOf(cell)
  for (const [key, cell] of [...cells].slice(0, -1)) {
    if (cells.size <= most && bytes <= mostBytes) return
    if (phaseOf(cell).kind === 'running' || phaseOf(cell).kind === 'asking') continue
    bytes -= bytesOf(cell)
    cells.delete(key)
  }
}

function bytesOf(cell: Cell): number {
  let bytes = 0
  for (const { data } of untrack(cell.analysis).tensors?.values() ?? []) bytes += data.byteLength
  return bytes
}
