/** What becomes of the model as more and more heads are left out: a ranking is worth something where it beats random orders. */
import type { Accessor, JSX } from 'solid-js'
import { createMemo, createSignal, Show } from 'solid-js'
import type { AblationCurveReport } from '#server/wire/head-studies.ts'
import { ablationCurveReport } from '#server/wire/head-studies.ts'
import { createEffect, For, on } from '#web/solid.ts'
import type { Analysis, StudyQuestion } from '#web/state/analyses.ts'
import { share, signed } from '#web/marks/numbers.ts'
import { LinkButton } from '#web/widgets/messages.tsx'
import { useBoard } from './board.ts'
import type { CurveLine } from './curve-frame.ts'
import { curvesOf } from './curve-frame.ts'
import { CurvePlot, lineName } from './curve-plot.tsx'
import { AnalysisLine } from './status.tsx'
import { RowsField, ValueSegment } from './toolbar.tsx'

export function CurvePanel(): JSX.Element {
  const board = useBoard()
  const { room } = board
  const study = createMemo<StudyQuestion>(() => {
    const { rows, value } = board.settings()
    return { kind: 'ablation-curve', rows, value, objective: room.selection.view().options.objective }
  })
  const [asked, setAsked] = createSignal<Accessor<Analysis> | null>(null)
  const ask = (): void => void setAsked(() => room.analyses.ask(null, study()))
  createEffect(
    on([() => study()], () => {
      // What is here already costs nothing; anything else is for somebody to begin.
      if (room.analyses.known(null, study()) === null) setAsked(null)
      else ask()
    }),
  )
  const analysis = (): Analysis | null => asked()?.() ?? null
  return (
    <div class="curve-panel">
      <div class="without-line">
        <RowsField />
        <span class="grow" />
        <ValueSegment />
      </div>
      <Show when={analysis()} fallback={<Begin onAsk={ask} />}>
        {(present) => (
          <AnalysisLine
            analysis={present()}
            what="Ablation curve"
            onRetry={() => room.analyses.retry(null, study())}
            onCancel={() => room.analyses.cancel(null, study())}
            done={<Curves analysis={present()} />}
          />
        )}
      </Show>
    </div>
  )
}

function Begin(props: { readonly onAsk: () => void }): JSX.Element {
  const board = useBoard()
  return (
    <p class="pattern-hint">
      Leaves out more and more heads, the most and the least important first by three rankings, and in random orders.{' '}
      <Show when={board.room.can('run.start')} fallback="You are a viewer here; somebody else can start it.">
        <LinkButton onClick={() => props.onAsk()}>Measure on {board.settings().rows} texts</LinkButton>
      </Show>
    </p>
  )
}

function Curves(props: { readonly analysis: Analysis }): JSX.Element {
  const board = useBoard()
  const asTable = (): boolean => board.settings().curveTable
  const report = createMemo((): AblationCurveReport | null => {
    const parsed = ablationCurveReport.safeParse(props.analysis.report)
    return parsed.success ? parsed.data : null
  })
  return (
    <Show when={report()} fallback={<p class="pattern-hint">This result is of another version. Reload the page.</p>}>
      {(present) => {
        const lines = createMemo(() => curvesOf(present()))
        return (
          <>
            <p class="curve-about">
              <span title="F of every output token, without the heads less with all of them; mean over tokens and texts. Bands: 95 % bootstrap intervals over texts.">
                Change of log-prob a token, nats, over {share(present().shown, present().of)} texts
              </span>
              <span class="grow" />
              <LinkButton onClick={() => board.set({ curveTable: !asTable() })}>
                {asTable() ? 'As curves' : 'As a table'}
              </LinkButton>
            </p>
            <Show when={asTable()} fallback={<CurvePlot lines={lines()} />}>
              <CurveTable lines={lines()} />
            </Show>
          </>
        )
      }}
    </Show>
  )
}

/** The same numbers to read and to copy. */
function CurveTable(props: { readonly lines: readonly CurveLine[] }): JSX.Element {
  const counts = createMemo(() => props.lines[0]?.points.map(({ removed }) => removed) ?? [])
  const at = (line: CurveLine, removed: number): string => {
    const point = line.points.find((each) => each.removed === removed)
    return point === undefined ? '–' : `${signed(point.value)} (${signed(point.low)} to ${signed(point.high)})`
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, and keys must be able to do that
    <div class="head-table" role="region" aria-label="Table of the ablation curves" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Heads left out</th>
            <For each={props.lines}>{(line) => <th scope="col">{lineName(line)}</th>}</For>
          </tr>
        </thead>
        <tbody>
          <For each={counts()}>
            {(removed) => (
              <tr>
                <th scope="row">{removed}</th>
                <For each={props.lines}>{(line) => <td>{at(line, removed)}</td>}</For>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  )
}
