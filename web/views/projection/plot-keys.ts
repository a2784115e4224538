/** The plot by keyboard: from point to point, tools, zoom, and the selection. */
import type { Accessor } from 'solid-js'
import { untrack } from 'solid-js'
import type { Combination } from '#web/marks/points/region.ts'
import type { Point } from '#web/marks/points/view-transform.ts'
import { toLayout } from '#web/marks/points/view-transform.ts'
import type { Direction } from '#web/marks/points/walk.ts'
import { nearestTo, nextInDirection } from '#web/marks/points/walk.ts'
import { useApp } from '#web/state/app.ts'
import type { KeyHint } from '#web/views/workspace/keys.ts'
import type { Tool } from './gestures.ts'
import type { PlotModel } from './model.ts'
import { describePoint } from './point-text.ts'
import type { ProjectionSettings } from './settings.ts'
import type { Stage } from './stage.ts'

export interface PlotKeyDeps {
  readonly model: PlotModel
  readonly stage: Stage
  readonly settings: ProjectionSettings
  readonly active: Accessor<number>
  setActive(row: number): void
  choose(rows: readonly number[], how: Combination): void
  open(row: number): void
  /** Gives up an area while it is drawn; false where none is. */
  cancel(): boolean
}

/** What the keys do, for the panel of keys. */
export const plotKeys: readonly KeyHint[] = [
  { pane: 'projection', shown: '← → ↑ ↓', text: 'the nearest point in that direction' },
  { pane: 'projection', shown: 'Enter', text: 'open the point' },
  { pane: 'projection', shown: 'Space', text: 'add the point to the selection, or take it out' },
  { pane: 'projection', shown: 'N', text: 'select the point and its true neighbours' },
  { pane: 'projection', shown: '[ ]', text: 'previous and next point of the selection' },
  { pane: 'projection', shown: '+ − 0', text: 'zoom in, zoom out, all' },
  { pane: 'projection', shown: 'V L B R', text: 'pan, lasso, brush, rectangle; Shift adds, Alt takes away' },
]

const directions: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
}
const toolKeys: Readonly<Record<string, Tool>> = { v: 'pan', l: 'lasso', b: 'brush', r: 'rectangle' }

/** Runs a key; one that means nothing here is left to the page. */
export function createPlotKeys(deps: PlotKeyDeps): (event: KeyboardEvent) => void {
  const app = useApp()
  const { model, stage, settings } = deps
  const go = (row: number): void => {
    if (row < 0) return
    deps.setActive(row)
    app.announce(describePoint(model, row))
  }
  const visible = (row: number): boolean => {
    const matching = untrack(model.matching)
    return matching === null || matching[untrack(model.rows).pointOf[row]!] === 1
  }
  const walk = (direction: Direction): void => {
    const { x, y } = untrack(stage.moment).places
    const from = untrack(deps.active)
    go(from < 0 ? startOf(model, stage, visible) : nextInDirection(x, y, from, direction, visible))
  }
  const through = (step: number): void => {
    const chosen = chosenRows(model)
    if (chosen.length === 0) return
    const at = chosen.indexOf(untrack(deps.active))
    go(chosen[(at + step + chosen.length) % chosen.length] ?? -1)
  }
  const onPoint = (run: (row: number) => void): void => {
    const row = untrack(deps.active)
    if (row >= 0) run(row)
  }
  const runs: Readonly<Record<string, () => void>> = {
    Enter: () => onPoint(deps.open),
    ' ': () => onPoint((row) => deps.choose([row], isChosen(model, row) ? 'subtract' : 'add')),
    n: () => onPoint((row) => deps.choose([row, ...neighboursOf(model, row)], 'replace')),
    '[': () => through(-1),
    ']': () => through(1),
    '+': () => stage.zoom(1.4),
    '=': () => stage.zoom(1.4),
    '-': () => stage.zoom(1 / 1.4),
    '0': () => stage.fitAll(),
  }
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
    const [direction, tool] = [directions[key], toolKeys[key]]
    const run = Object.hasOwn(runs, key) ? runs[key] : undefined
    if (key === 'Escape') {
      if (deps.cancel()) event.preventDefault()
      return
    }
    if (direction === undefined && tool === undefined && run === undefined) return
    event.preventDefault()
    if (direction !== undefined) walk(direction)
    else if (tool !== undefined) settings.setTool(tool)
    else run?.()
  }
}

/** Where a walk begins: at the open instance, or near the middle of what is seen. */
function startOf(model: PlotModel, stage: Stage, visible: (row: number) => boolean): number {
  const open = untrack(model.open)
  if (open >= 0) return open
  const { places, transform, size } = untrack(stage.moment)
  const middle: Point = toLayout(transform, [size.width / 2, size.height / 2])
  return nearestTo(places.x, places.y, middle, visible)
}

/** Rows of what is chosen, rising. */
function chosenRows(model: PlotModel): readonly number[] {
  const [mask, { rowOf }] = [untrack(model.chosen), untrack(model.rows)]
  return mask === null ? [] : [...rowOf].filter((row, point) => row >= 0 && mask[point] === 1)
}

const isChosen = (model: PlotModel, row: number): boolean =>
  untrack(model.chosen)?.[untrack(model.rows).pointOf[row] ?? -1] === 1

/** Rows of the true neighbours of one, nearest first; none before they are known. */
export function neighboursOf(model: PlotModel, row: number): readonly number[] {
  const laid = untrack(model.laid)
  if (laid === null || laid.neighbours === null) return []
  return [...laid.neighbours.subarray(row * laid.neighbourCount, (row + 1) * laid.neighbourCount)].filter(
    (each) => each >= 0,
  )
}
