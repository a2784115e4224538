/** The plot of the corpus: a canvas of points, names and outlines over it, and what pointer and keys do. */
import type { JSX } from 'solid-js'
import { createSignal, onCleanup, untrack } from 'solid-js'
import type { Grid } from '#web/marks/points/grid.ts'
import { makeGrid } from '#web/marks/points/grid.ts'
import type { Combination } from '#web/marks/points/region.ts'
import { combine, fillPolygon, fillStroke, makeMask, rowsWithin } from '#web/marks/points/region.ts'
import type { Point } from '#web/marks/points/view-transform.ts'
import { createEffect, on, onMount } from '#web/solid.ts'
import { useRoom } from '#web/state/room.ts'
import type { SelectionState } from '#web/state/selection.ts'
import { classNames } from '#web/widgets/class-names.ts'
import type { Gestures, Press, Shape } from './gestures.ts'
import { brushRadius, makeGestures, wheelFactor } from './gestures.ts'
import type { PlotModel } from './model.ts'
import { Overlay } from './overlay.tsx'
import type { PlotPainter } from './plot-painter.ts'
import { makePlotPainter } from './plot-painter.ts'
import { PointCard } from './point-card.tsx'
import { spotOf } from './pointers.tsx'
import { keepSeenPart } from './seen-part.ts'
import type { ProjectionSettings } from './settings.ts'
import type { Places, Stage } from './stage.ts'
import { createPlotKeys } from './plot-keys.ts'

export interface PlotProps {
  readonly model: PlotModel
  readonly stage: Stage
  readonly settings: ProjectionSettings
  /** What the plot shows, for readers of the screen. */
  readonly label: string
  /** Drawn over the corpus: the decoder steps, where they are wanted here. */
  readonly children?: JSX.Element
}

export function Plot(props: PlotProps): JSX.Element {
  const room = useRoom()
  const { model, stage, settings } = untrack(() => props)
  const [hover, setHover] = createSignal(-1)
  const [shape, setShape] = createSignal<Shape | null>(null)
  const [active, setActive] = createSignal(-1)
  let place!: HTMLDivElement
  const choices = makeChoices(model, room.selection)
  const index = makePlaceIndex()
  const pick = ([x, y]: Point): number => painter()?.pick(x, y) ?? -1
  const gestures = makeGestures({
    tool: settings.tool,
    pan: (dx, dy) => stage.pan(dx, dy),
    draw: setShape,
    choose: (drawn, how) => choices.choose(rowsIn(drawn, model, stage, index), how),
    click(at, how) {
      const row = pick(at)
      if (row < 0) return
      if (how === 'replace') choices.open(row)
      else choices.choose([row], how)
    },
  })
  const keys = createPlotKeys({
    model,
    stage,
    settings,
    active,
    setActive,
    ...choices,
    cancel: () => cancelDrawing(gestures, shape),
  })
  onMount(() => onCleanup(watchSize(place, stage)))
  createEffect(() => stage.show(model.places()))
  keepSeenPart(model, stage, settings, room.projection.parameters)
  const painter = createPainter(() => place.querySelector('canvas'), model, stage, index)
  // Another layout has other rows.
  createEffect(on(model.rows, () => (setHover(-1), setActive(-1)), { defer: true }))
  const marked = (): number => (hover() >= 0 ? hover() : active())
  return (
    /* oxlint-disable jsx-a11y/no-noninteractive-tabindex, jsx-a11y/no-noninteractive-element-interactions -- an application takes the keys itself */
    <div
      ref={(element) => (place = element)}
      class={classNames('plot', settings.tool())}
      role="application"
      aria-label={props.label}
      aria-roledescription="scatter plot"
      tabIndex={0}
      onKeyDown={(event) => keys(event)}
      onFocusOut={() => setActive(-1)}
      {...pointerHandlers({
        place: () => place,
        gestures,
        stage,
        pick,
        setHover,
        leaveKeys: () => setActive(-1),
        tell: (at) => room.attendance.show({ hover: at && spotOf(model, stage, at) }),
      })}
    >
      <canvas aria-hidden="true" />
      <Overlay model={model} stage={stage} hover={marked()} shape={shape()} focused={active()}>
        {props.children}
      </Overlay>
      <PointCard model={model} stage={stage} row={shape() === null ? marked() : -1} />
    </div>
  )
}

/** Paints every moment of the stage from when the canvas is there. */
function createPainter(
  canvas: () => HTMLCanvasElement | null,
  model: PlotModel,
  stage: Stage,
  index: (places: Places) => Grid,
): () => PlotPainter | null {
  let painter: PlotPainter | null = null
  onMount(() => {
    const present = canvas()
    if (present) painter = makePlotPainter(present, index)
    onCleanup(() => painter?.close())
  })
  createEffect(() => painter?.paint(stage.moment(), model.look(), window.devicePixelRatio || 1))
  return () => painter
}

/** What is done with rows of the layout: they are selected together, or one is opened. */
function makeChoices(model: PlotModel, selection: SelectionState) {
  return {
    choose(rows: Iterable<number>, how: Combination): void {
      const [{ pointOf }, { ordinals, count }] = [model.rows(), model.points()]
      const drawn = Array.from(rows, (row) => pointOf[row] ?? -1)
      const chosen = combine(model.chosen(), drawn, how, count)
      selection.setPoints(ordinals.filter((_, point) => chosen[point] === 1))
    },
    open(row: number): void {
      const id = model.points().ids[model.rows().pointOf[row] ?? -1]
      if (id !== undefined) selection.openInstance(id)
    },
  }
}

function cancelDrawing(gestures: Gestures, shape: () => Shape | null): boolean {
  if (untrack(shape) === null) return false
  gestures.cancel()
  return true
}

/** The points of a layout by place, sorted when they are first asked for: a million cost 30 ms. */
function makePlaceIndex(): (places: Places) => Grid {
  let known: { readonly of: Places; readonly grid: Grid } | null = null
  return (of) => {
    if (known?.of !== of) known = { of, grid: makeGrid(of.x, of.y) }
    return known.grid
  }
}

/** Rows within an area that the filters let through: nobody chooses what they cannot see. */
function rowsIn(shape: Shape, model: PlotModel, stage: Stage, index: (places: Places) => Grid): Int32Array {
  const { places, transform, size } = untrack(stage.moment)
  const whole = { width: Math.max(1, Math.round(size.width)), height: Math.max(1, Math.round(size.height)) }
  const mask = makeMask(whole)
  if (shape.kind === 'brush') fillStroke(mask, shape.path, brushRadius)
  else fillPolygon(mask, shape.path)
  const [matching, rows] = [untrack(model.matching), untrack(model.rows)]
  const found = rowsWithin(mask, index(places), transform)
  return matching === null ? found : found.filter((row) => matching[rows.pointOf[row]!] === 1)
}

/** Tells the stage how large the plot is. */
function watchSize(place: HTMLElement, stage: Stage): () => void {
  const read = (): void => {
    const { width, height } = place.getBoundingClientRect()
    stage.resize({ width: Math.round(width), height: Math.round(height) })
  }
  const observer = new ResizeObserver(read)
  observer.observe(place)
  read()
  return () => observer.disconnect()
}

interface PointerDeps {
  readonly place: () => HTMLElement
  readonly gestures: Gestures
  readonly stage: Stage
  pick(at: Point): number
  setHover(row: number): void
  /** The pointer takes over from the keys. */
  leaveKeys(): void
  /** Tells the others where the pointer is; null: not here any more. */
  tell(at: Point | null): void
}

function pointerHandlers({
  place,
  gestures,
  stage,
  pick,
  setHover,
  leaveKeys,
  tell,
}: PointerDeps): JSX.HTMLAttributes<HTMLDivElement> {
  const at = (event: MouseEvent): Point => {
    const { left, top } = place().getBoundingClientRect()
    return [event.clientX - left, event.clientY - top]
  }
  const press = (event: PointerEvent): Press => ({
    at: at(event),
    button: event.button,
    shift: event.shiftKey,
    alt: event.altKey,
  })
  return {
    onPointerDown(event) {
      place().setPointerCapture(event.pointerId)
      setHover(-1)
      leaveKeys()
      gestures.down(press(event))
    },
    onPointerMove(event) {
      tell(at(event))
      if (gestures.active()) gestures.move(at(event))
      else setHover(pick(at(event)))
    },
    onPointerUp: (event) => gestures.up(press(event)),
    onPointerCancel: () => gestures.cancel(),
    onPointerLeave() {
      setHover(-1)
      tell(null)
    },
    onWheel(event) {
      event.preventDefault()
      setHover(-1)
      stage.zoom(wheelFactor(event.deltaY * (event.deltaMode === 1 ? 33 : 1), event.ctrlKey), at(event))
    },
    onDblClick(event) {
      const row = pick(at(event))
      const { places } = untrack(stage.moment)
      if (row >= 0) stage.centre([places.x[row]!, places.y[row]!], 3)
      else stage.zoom(2, at(event))
    },
  }
}
