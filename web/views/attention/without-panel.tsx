/** The model without the heads that are marked: what its own output loses, and what it writes instead. */
import type { JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import type { Question } from '#server/wire/analyses.ts'
import { ablationReport } from '#server/wire/analyses.ts'
import { counted, signed } from '#web/marks/numbers.ts'
import { rampStep } from '#web/marks/ramp.ts'
import { For } from '#web/solid.ts'
import type { Analysis } from '#web/state/analyses.ts'
import { useBoard } from './board.ts'
import { leastImportant } from './cells.ts'
import { headsOf, nameOf } from './heads.ts'
import { createAsked, createMetricValues } from './metric-values.ts'
import { metricOf } from './metrics.ts'
import { PruneNote } from './prune-note.tsx'
import { SingleEffects } from './single-effects.tsx'
import { AnalysisLine } from './status.tsx'
import { ValueSegment } from './toolbar.tsx'
import type { Changes } from './without.ts'
import { changesOf, rewrittenOf, worthNaming } from './without.ts'

export function WithoutPanel(): JSX.Element {
  const board = useBoard()
  const { room } = board
  const question = createMemo((): Question | null => {
    const heads = headsOf([...board.pruned()], board.maps()).map(nameOf)
    const { objective } = room.selection.view().options
    return heads.length === 0 ? null : { kind: 'ablation', heads, value: board.settings().value, objective }
  })
  const asked = createAsked(board, () => question())
  const put = (how: 'retry' | 'cancel'): void => {
    const [at, wanted] = [board.instance(), question()]
    if (at && wanted) room.analyses[how](at, wanted)
  }
  return (
    <div class="without">
      <Chosen />
      <Show
        when={board.pruned().size > 0}
        fallback={
          <p class="pattern-hint">
            Mark heads with X, or let the least important be chosen. What the model is without them appears here,
            measured.
          </p>
        }
      >
        <Show when={board.instance()} fallback={<p class="pattern-hint">Choose a text to measure it on.</p>}>
          <Show when={asked.analysis()}>
            {(analysis) => (
              <AnalysisLine
                analysis={analysis()}
                what={`Without ${counted(board.pruned().size, 'head')}`}
                onRetry={() => put('retry')}
                onCancel={() => put('cancel')}
                done={<Measured analysis={analysis()} />}
              />
            )}
          </Show>
        </Show>
      </Show>
    </div>
  )
}

/** The heads that are marked, and the ways to mark them. */
function Chosen(): JSX.Element {
  const board = useBoard()
  const { selection } = board.room
  const marked = createMemo(() => headsOf([...board.pruned()], board.maps()))
  const take = (name: string): void => selection.setPruned(selection.view().pruned.filter((each) => each !== name))
  return (
    <>
      <div class="without-line">
        <Least />
        <span class="grow" />
        <ValueSegment />
        <Show when={marked().length > 0}>
          <button type="button" class="link" onClick={() => selection.setPruned([])}>
            Put all back
          </button>
        </Show>
      </div>
      <Show when={marked().length > 0}>
        <ul class="without-heads" aria-label="Heads that are left out">
          <For each={marked().slice(0, mostChips)}>
            {(head) => (
              <li class="chip">
                <span class="chip-main">{board.titleOf(head)}</span>
                <button
                  type="button"
                  class="chip-x"
                  aria-label={`Put ${board.titleOf(head)} back`}
                  onClick={() => take(nameOf(head))}
                >
                  ×
                </button>
              </li>
            )}
          </For>
          <Show when={marked().length > mostChips}>
            <li class="dim">and {marked().length - mostChips} more</li>
          </Show>
        </ul>
      </Show>
    </>
  )
}

const mostChips = 12

/** Marks the k heads that matter least by the metric of the maps, where it says what matters. */
function Least(): JSX.Element {
  const board = useBoard()
  const { selection } = board.room
  const [count, setCount] = createSignal(3)
  const metric = (): ReturnType<typeof metricOf> => (board.metric().ranks ? board.metric() : metricOf('attribution'))
  const values = createMetricValues(
    board,
    () => metric(),
    () => null,
  )
  const known = (): boolean => values.values().some(({ instance }) => instance !== null)
  return (
    <span class="least">
      <button
        type="button"
        class="button small"
        disabled={!known()}
        title={`Marks the heads with the least ${metric().label.toLowerCase()} in this text`}
        onClick={() => selection.setPruned(leastImportant(values.values(), metric(), count()))}
      >
        Mark the least important
      </button>
      <input
        type="number"
        class="input number"
        aria-label="How many of the least important heads"
        min="1"
        max="999"
        value={count()}
        onChange={(event) => setCount(Math.max(1, Math.round(event.currentTarget.valueAsNumber || 1)))}
      />
    </span>
  )
}

function Measured(props: { readonly analysis: Analysis }): JSX.Element {
  const board = useBoard()
  const changes = createMemo(() => changesOf(props.analysis.tensors, board.pieces().output))
  return (
    <Show when={changes()} fallback={<p class="pattern-hint">This result is of another text.</p>}>
      {(present) => (
        <>
          <SameWords changes={present()} />
          <Rewritten analysis={props.analysis} />
          <SingleEffects together={present()} />
          <PruneNote changes={present()} />
        </>
      )}
    </Show>
  )
}

/** The output as it is, each word coloured by what it lost. */
function SameWords(props: { readonly changes: Changes }): JSX.Element {
  const board = useBoard()
  const named = createMemo(() => worthNaming(props.changes))
  const style = (change: number): JSX.CSSProperties => {
    const ramps = board.app.ramps()
    const step = rampStep(Math.abs(change), props.changes.reach)
    const fill = (change < 0 ? ramps.away : ramps.toward)[step]
    return step === 0 || fill === undefined ? {} : { 'background-color': fill.background, color: fill.text }
  }
  return (
    <div class="without-part">
      <h3>
        Its own words <span class="dim">log-prob, change without the heads</span>
        <b class="without-total">{signed(props.changes.total)} nats in all</b>
      </h3>
      <p class="changed-words">
        <For each={props.changes.words}>
          {(word, at) => (
            <button
              type="button"
              class="changed"
              data-special={word.special || undefined}
              data-minus={word.change < -0.06 * props.changes.reach || undefined}
              style={style(word.change)}
              title={`${signed(word.change, 3)} nats`}
              onClick={() => board.room.selection.chooseToken(choiceOf(word.span))}
            >
              {word.text}
              <Show when={named().has(at())}>
                <i>{signed(word.change)}</i>
              </Show>
            </button>
          )}
        </For>
      </p>
    </div>
  )
}

const choiceOf = ([first, last]: readonly [number, number]) =>
  last > first ? ({ side: 'output', index: first, last } as const) : ({ side: 'output', index: first } as const)

/** What it writes when nobody holds it to its words. */
function Rewritten(props: { readonly analysis: Analysis }): JSX.Element {
  const board = useBoard()
  const words = createMemo(() => {
    const report = ablationReport.safeParse(props.analysis.report)
    const logProbs = (board.instance()?.output?.steps ?? []).map((step) => step.logProb)
    return report.success ? rewrittenOf(board.pieces().output, logProbs, report.data) : null
  })
  const changed = (): number => (words() ?? []).filter(({ kind }) => kind !== 'same').length
  return (
    <Show when={words()}>
      {(present) => (
        <div class="without-part">
          <h3>
            What it writes instead{' '}
            <span class="dim">{changed() === 0 ? 'the same words' : 'gone words struck out, new ones underlined'}</span>
          </h3>
          <p class="rewritten">
            <For each={present()}>
              {(word) => (
                <>
                  <span
                    class={word.kind}
                    title={word.logProb === null ? undefined : `log-prob ${signed(word.logProb)} nats`}
                  >
                    <Show when={word.kind !== 'same'}>
                      <span class="sr-only">{word.kind === 'gone' ? 'gone: ' : 'new: '}</span>
                    </Show>
                    {word.text}
                  </span>{' '}
                </>
              )}
            </For>
          </p>
        </div>
      )}
    </Show>
  )
}
