/** The pane ATTENTION: the heads of the model, where they look, and what the model is without them. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import type { HeadRole } from '#compute/types.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { useExport } from '#web/views/workspace/export-menu.tsx'
import { PaneHead } from '#web/views/workspace/pane.tsx'
import { EmptyState } from '#web/widgets/messages.tsx'
import { readSummary } from './answers.ts'
import type { Board } from './board.ts'
import { BoardContext, createBoard, useBoard } from './board.ts'
import { cellsOf } from './cells.ts'
import { mapsExport } from './export.ts'
import { createSize } from './element-size.ts'
import { countOf } from './heads.ts'
import { HeadExplanation } from './head-explanation.tsx'
import { HeadList, HeadScatter } from './later.ts'
import { Legend } from './legend.tsx'
import { LowerPart } from './lower-part.tsx'
import { Maps } from './maps.tsx'
import { rolesOf } from './marks.ts'
import type { Summary } from './metric-values.ts'
import { createMetricValues, createSummary } from './metric-values.ts'
import { metricOf, roleLetters, roleNames } from './metrics.ts'
import { Status } from './status.tsx'
import { AsSegment, HeadOptions, MetricMenu, ModeSegment } from './toolbar.tsx'

export function AttentionPane(): JSX.Element {
  const board = createBoard(useApp(), useRoom())
  return (
    <section
      class="pane attention"
      aria-labelledby="h-attention"
      data-pane="attention"
      style={{ '--drawing': String(board.scale()) }}
    >
      <BoardContext.Provider value={board}>
        <PaneHead id="h-attention" title="Attention" name="attention">
          <span class="grow" />
          <Show when={board.settings().as === 'map'}>
            <MetricMenu />
          </Show>
          <AsSegment />
        </PaneHead>
        <Show when={countOf(board.maps()) > 0} fallback={<Unreadable />}>
          <Heads />
        </Show>
      </BoardContext.Provider>
    </section>
  )
}

function Unreadable(): JSX.Element {
  const board = useBoard()
  return (
    <EmptyState
      title="The model cannot be opened"
      text={
        board.room.info().checkpoint.problem ??
        'Its checkpoint names no layers. Import it again, or choose another one.'
      }
    />
  )
}

function Heads(): JSX.Element {
  const board = useBoard()
  const { settings } = board
  const summary = createSummary(board)
  return (
    <div class="attention-body">
      <div class="heads-part">
        <Switch>
          <Match when={settings().as === 'map'}>
            <MapPart summary={summary} />
          </Match>
          <Match when={settings().as === 'scatter'}>
            <HeadScatter summary={summary} />
          </Match>
          <Match when={settings().as === 'list'}>
            <HeadList summary={summary} />
          </Match>
        </Switch>
      </div>
      <LowerPart />
    </div>
  )
}

/** Height of the legend and the status line, px. */
const linesBelow = 42

function MapPart(props: { readonly summary: Summary }): JSX.Element {
  const board = useBoard()
  const { settings, metric } = board
  const size = createSize(board.scale)
  const values = createMetricValues(board, metric, () => props.summary.analysis())
  const cells = createMemo(() => cellsOf(values.values(), metric(), settings().mode, settings().sharedScale))
  const letters = createMemo(() => (settings().letters ? lettersOf(board, props.summary) : none))
  useExport('attention', mapsExport({ board, cells, values: values.values, analysis: values.analysis }))
  const rows = (): number | null => (values.values().some(({ mean }) => mean !== null) ? settings().rows : null)
  return (
    <>
      <div class="map-bar">
        <ModeSegment />
        <span class="grow" />
        <HeadExplanation />
        <HeadOptions />
      </div>
      <div class="map-place" ref={(element) => size.watch(element)}>
        <Maps
          cells={cells()}
          values={values}
          letters={letters()}
          width={size.width()}
          height={size.height() - linesBelow}
        />
        <Legend cells={cells()} rows={rows()} />
        <Status values={values} summary={props.summary} />
      </div>
    </>
  )
}

const none: ReadonlyMap<string, string> = new Map()

/** Letters in the corners: the strongest role of each head, from the means over the corpus. */
function lettersOf(board: Board, summary: Summary): ReadonlyMap<string, string> {
  const answer = summary.analysis()
  if (answer === null) return none
  const scores = roleNames.map((role: HeadRole) => ({
    role,
    values: board.maps().map((map) => ({ map, instance: null, ...readSummary(metricOf(`role:${role}`), answer, map) })),
  }))
  return new Map([...rolesOf(scores)].map(([name, { role }]) => [name, roleLetters[role]]))
}
