/** The legend: what the colours mean, how many there are of each, and a click that filters. */
import type { JSX } from 'solid-js'
import { createMemo, Match, Show, Switch } from 'solid-js'
import { count } from '#web/marks/numbers.ts'
import { For } from '#web/solid.ts'
import { useApp } from '#web/state/app.ts'
import { useRoom } from '#web/state/room.ts'
import { personColour } from '#web/widgets/person.ts'
import type { Legend as LegendValue, LevelRow } from './colouring.ts'
import { createApply } from './filter-change.ts'
import { clickRow, isShown } from './legend-filters.ts'
import type { PlotModel } from './model.ts'
import { RangeLegend } from './later.ts'

export function Legend(props: { readonly model: PlotModel }): JSX.Element {
  const legend = (): LegendValue => props.model.colouring().legend
  const levels = createMemo(() => {
    const now = legend()
    return now.kind === 'levels' ? now : null
  })
  const range = createMemo(() => {
    const now = legend()
    return now.kind === 'range' ? now : null
  })
  return (
    <div class="legend">
      <Switch>
        <Match when={levels()}>{(present) => <Levels model={props.model} legend={present()} />}</Match>
        <Match when={range()}>{(present) => <RangeLegend model={props.model} legend={present()} />}</Match>
        <Match when={legend().kind === 'density'}>
          <p class="legend-note">Darker: more points in the same place, on a logarithmic scale.</p>
        </Match>
        <Match when={legend().kind === 'plain'}>
          <p class="legend-note">{count(props.model.rows().count)} points, all in one colour.</p>
        </Match>
      </Switch>
      <OtherRows model={props.model} />
    </div>
  )
}

function Levels(props: {
  readonly model: PlotModel
  readonly legend: Extract<LegendValue, { kind: 'levels' }>
}): JSX.Element {
  const app = useApp()
  const room = useRoom()
  const apply = createApply()
  const shownCounts = createMemo(() =>
    countLevels(props.model, props.legend.column.codes, props.legend.column.levels.length),
  )
  const sum = (row: LevelRow, counts: ArrayLike<number>): number =>
    row.levels.reduce((total, level) => total + (counts[level] ?? 0), 0)
  /** Where no filter can name the column, its rows choose points. */
  const select = (row: LevelRow, add: boolean): void => {
    const [{ ordinals }, mask] = [props.model.points(), props.model.chosen()]
    const { codes } = props.legend.column
    room.selection.setPoints(
      ordinals.filter((_, point) => row.levels.includes(codes[point] ?? -1) || (add && mask?.[point] === 1)),
    )
  }
  const click = (row: LevelRow, toggle: boolean): void => {
    const { rows, column } = props.legend
    if (!column.filterable) return select(row, toggle)
    apply(clickRow(row, rows, column, room.filters.list(), toggle))
    app.announce(`Filtered by ${column.title}`)
  }
  return (
    <div role="group" aria-label={`${props.legend.column.title}: click to show only one`}>
      <div class="legend-cap" title={props.legend.column.definition}>
        <span>{props.legend.column.title}</span>
        <span class="dim">{props.model.matching() === null ? 'points' : 'shown of all'}</span>
      </div>
      <For each={props.legend.rows}>
        {(row) => (
          <button
            type="button"
            class="legend-row"
            aria-pressed={isShown(row, props.legend.column, room.filters.list())}
            disabled={props.legend.column.filterable && !room.writable()}
            title={`${nameOf(row)}\n${
              props.legend.column.filterable
                ? 'Click: only this, for everybody. Shift-click: show or hide it'
                : 'Click: select these points. Shift-click: add them to the selection'
            }`}
            onClick={(event) => click(row, event.shiftKey)}
          >
            <i class="dot" style={{ background: row.fill }} />
            <span class="text">{nameOf(row)}</span>
            <span class="n">
              <Show when={props.model.matching() !== null} fallback={count(sum(row, props.legend.column.counts))}>
                {count(sum(row, shownCounts()))} of {count(sum(row, props.legend.column.counts))}
              </Show>
            </span>
          </button>
        )}
      </For>
    </div>
  )
}

/** In full: the row cuts what is too long for it. */
const nameOf = ({ label }: LevelRow): string => (label === '' ? '(empty)' : label)

/** How many points of each level the filters let through. */
function countLevels({ matching }: PlotModel, codes: Int32Array, levels: number): Int32Array {
  const mask = matching()
  const counts = new Int32Array(levels)
  for (let point = 0; point < codes.length; point++) {
    if (codes[point]! >= 0 && (mask === null || mask[point] === 1)) counts[codes[point]!]!++
  }
  return counts
}

function OtherRows(props: { readonly model: PlotModel }): JSX.Element {
  return (
    <For each={props.model.others().filter((other) => other.count > 0)}>
      {(other) => (
        <div class="legend-row person" style={{ '--p': personColour(other.person) }}>
          <i class="ring" data-dash={other.person.dash} />
          <span class="text" title={other.person.name}>
            {other.person.name}’s selection
          </span>
          <span class="n">{count(other.count)}</span>
        </div>
      )}
    </For>
  )
}
