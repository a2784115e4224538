/** The values of one metric on all maps: asked for when somebody looks, held while newer ones are computed. */
import type { Accessor } from 'solid-js'
import { createMemo, createSignal, onCleanup, untrack } from 'solid-js'
import type { Question } from '#server/wire/analyses.ts'
import type { InstanceReply } from '#server/wire/instances.ts'
import { createEffect, on } from '#web/solid.ts'
import type { Analysis, StudyQuestion } from '#web/state/analyses.ts'
import { questionOf, readSummary, readValues } from './answers.ts'
import type { Board } from './board.ts'
import type { MapValues } from './cells.ts'
import type { Metric } from './metrics.ts'

/** A question put to the server once somebody has stopped moving. */
export interface Asked {
  readonly question: Accessor<Question | null>
  /** How far it is; null before it was asked. */
  readonly analysis: Accessor<Analysis | null>
}

const patience = 300

/** Asks what `question` says of the instance on screen; while it changes quickly only the last one is asked. */
export function createAsked(board: Board, question: Accessor<Question | null>): Asked {
  const { room, app, instance } = board
  const [analysis, setAnalysis] = createSignal<Accessor<Analysis> | null>(null)
  const key = createMemo(() => JSON.stringify(question()))
  let stop: (() => void) | null = null
  createEffect(
    on([() => instance(), () => key()], ([at]) => {
      stop?.()
      stop = null
      const asked = untrack(question)
      if (at === null || asked === null) return void setAnalysis(null)
      const ask = (): void => void setAnalysis(() => room.analyses.ask(at, asked))
      if (untrack(() => room.analyses.known(at, asked)) !== null) return ask()
      setAnalysis(null)
      stop = app.clock.after(patience, ask)
    }),
  )
  onCleanup(() => stop?.())
  return { question, analysis: () => analysis()?.() ?? null }
}

export interface MetricValues extends Asked {
  readonly values: Accessor<readonly MapValues[]>
  /** Whether the values of the instance are those of the question before. */
  readonly held: Accessor<boolean>
}

interface Held {
  readonly values: readonly (Float32Array | null)[]
  readonly instance: InstanceReply | null
  readonly metric: Metric | null
  readonly fresh: boolean
}

/** `metric` null asks nothing. `summary` is the answer about the corpus, as far as it is here. */
export function createMetricValues(
  board: Board,
  metric: Accessor<Metric | null>,
  summary: Accessor<Analysis | null>,
): MetricValues {
  const question = createMemo<Question | null>(() => {
    const [wanted, at] = [metric(), board.instance()]
    if (wanted === null || at === null) return null
    const { room, settings, span } = board
    const done = (asked: Question): boolean => room.analyses.known(at, asked)?.phase.kind === 'done'
    return questionOf(wanted, {
      options: room.selection.view().options,
      span: span(),
      value: settings().value,
      known: (asked) => untrack(() => done(asked)),
    })
  })
  const asked = createAsked(board, () => question())
  const own = createMemo<Held>(
    (before) => {
      const [wanted, at, answer] = [metric(), board.instance(), asked.analysis()]
      const values = board
        .maps()
        .map((map) => (wanted && answer && at ? readValues(wanted, answer, map, board.span()) : null))
      const fresh = values.some((each) => each !== null)
      // What stands is better than nothing for a moment, while the text and the metric are the same.
      const stays = !fresh && before.instance === at && before.metric === wanted && answer?.phase.kind !== 'done'
      return stays ? { ...before, fresh: false } : { values, instance: at, metric: wanted, fresh }
    },
    { values: [], instance: null, metric: null, fresh: false },
  )
  const values = createMemo(() =>
    board.maps().map((map, at): MapValues => {
      const [wanted, known] = [metric(), summary()]
      const mean = wanted && known ? readSummary(wanted, known, map) : { mean: null, deviation: null }
      return { map, instance: own().values[at] ?? null, ...mean }
    }),
  )
  return { ...asked, values, held: () => !own().fresh && own().values.some((each) => each !== null) }
}

/** Larger models are not sent through the corpus unless somebody asks for it. */
const small = 50_000_000

export interface Summary {
  readonly study: Accessor<StudyQuestion>
  readonly analysis: Accessor<Analysis | null>
  ask(): void
}

/** What the heads do on average over rows of the corpus: asked by itself where the model is small, after the instance. */
export function createSummary(board: Board): Summary {
  const { room, app } = board
  const study = createMemo<StudyQuestion>(() => {
    const { rows, value } = board.settings()
    return { kind: 'head-summary', rows, value }
  })
  const [asked, setAsked] = createSignal<Accessor<Analysis> | null>(null)
  const ask = (): void => void setAsked(() => room.analyses.ask(null, untrack(study)))
  createEffect(
    on([() => study()], () => {
      setAsked(null)
      const isSmall = (room.info().checkpoint.summary?.parameters ?? Infinity) <= small
      const known = untrack(() => room.analyses.known(null, study())) !== null
      if (known) return ask()
      if (!isSmall || !room.can('run.start')) return
      const stop = app.clock.after(4 * patience, ask)
      onCleanup(stop)
    }),
  )
  return { study, analysis: () => asked()?.() ?? null, ask }
}
