/** Everything the plot of the corpus draws, as values that follow from each other. */
import type { Accessor } from 'solid-js'
import { createMemo } from 'solid-js'
import { decodePoints } from '#collab/wire/point-set.ts'
import { readInks } from '#web/export/inks.ts'
import type { Turn } from '#web/marks/points/orientation.ts'
import { noTurn, turnAlong, turned } from '#web/marks/points/orientation.ts'
import { makePalette, packed } from '#web/marks/points/palette.ts'
import type { Size } from '#web/marks/points/view-transform.ts'
import type { App } from '#web/state/app.ts'
import type { LayerLayout, Layout } from '#web/state/layout.ts'
import type { Points } from '#web/state/point-table.ts'
import { maskOfOrdinals } from '#web/state/point-table.ts'
import type { Room } from '#web/state/room.ts'
import type { ColourBy, Colouring, Theme } from './colouring.ts'
import {
  columnColouring,
  columnOf,
  densityColouring,
  firstColour,
  plainColouring,
  reliabilityColouring,
} from './colouring.ts'
import type { Other } from './others.ts'
import { othersOf } from './others.ts'
import type { Look } from './plot-painter.ts'
import type { Rows } from './rows.ts'
import { byPoint, byRow, classesOf, rowsOf } from './rows.ts'
import type { ProjectionSettings } from './settings.ts'
import type { Places } from './stage.ts'

/** The plot of a corpus whose points are known. */
export interface PlotModel {
  readonly points: Accessor<Points>
  /** [points] 1 for those that every filter and the search let through; null: all of them. */
  readonly matching: Accessor<Uint8Array | null>
  readonly layout: Accessor<Layout | null>
  /** Which layer of states is shown, 0 the embedding. */
  readonly layer: Accessor<number>
  readonly laid: Accessor<LayerLayout | null>
  readonly rows: Accessor<Rows>
  /** How the layout is turned before it is shown. */
  readonly turn: Accessor<Turn>
  readonly places: Accessor<Places>
  /** Points of the layout that the filters let through. */
  readonly shownCount: Accessor<number>
  readonly colour: Accessor<ColourBy>
  readonly colouring: Accessor<Colouring>
  readonly look: Accessor<Look>
  /** [points] 1 for those this person chose; null: none. */
  readonly chosen: Accessor<Uint8Array | null>
  /** Row of the open instance; −1 where it is not laid out. */
  readonly open: Accessor<number>
  readonly others: Accessor<readonly Other[]>
}

export interface ModelDeps {
  readonly app: App
  readonly room: Room
  readonly settings: ProjectionSettings
  readonly points: Accessor<Points>
  readonly matching: Accessor<Uint8Array | null>
  readonly layout: Accessor<Layout | null>
  /** The pane, for the direction of its longer side. */
  readonly size: Accessor<Size>
}

export function createPlotModel({ app, room, settings, points, matching, layout, size }: ModelDeps): PlotModel {
  const theme = createTheme(app)
  const layer = createMemo(() => shownLayer(layout(), room.selection.view().layer))
  const laid = createMemo(() => layout()?.layers[layer()] ?? null)
  const rows = createMemo<Rows>((before) => {
    const now = layout()
    if (now === null) return before
    return sameOrdinals(before, now, points()) ? before : rowsOf(points(), now)
  }, noRows)
  const aligned = createTurn(layout, size)
  const turn = createMemo(() => (laid()?.method === 'pca' ? noTurn : aligned()))
  const places = createMemo<Places>((before) => {
    const now = laid()
    return now === null ? before : turned(now.xy, turn())
  }, noPlaces)
  const shownCount = createMemo(() => {
    const mask = matching()
    const { pointOf } = rows()
    return mask === null ? pointOf.length : pointOf.reduce((sum, point) => sum + (mask[point] ?? 0), 0)
  })
  const colour = createMemo(() => settings.colour() ?? firstColour(points().columns))
  const kept = createMemo(() => laid()?.kept ?? null)
  const colouring = createMemo(() => colouringOf(colour(), points(), rows(), kept(), theme()))
  const chosen = createMemo(() => {
    const ordinals = decodePoints(room.selection.view().points)
    return ordinals.length === 0 ? null : maskOfOrdinals(points(), ordinals)
  })
  const open = createMemo(() => {
    const { instance } = room.selection.view()
    const point = instance === null ? -1 : points().indexOf(instance)
    return point < 0 ? -1 : (rows().rowOf[point] ?? -1)
  })
  const others = createMemo(() =>
    app.preferences.values().showOthers ? othersOf(room.attendance.people(), room.selections(), points(), rows()) : [],
  )
  const look = createLook({ theme, colour, colouring, rows, matching, chosen })
  return {
    points,
    matching,
    layout,
    layer,
    laid,
    rows,
    turn,
    places,
    shownCount,
    colour,
    colouring,
    look,
    chosen,
    open,
    others,
  }
}

const noRows: Rows = { count: 0, pointOf: new Int32Array(), rowOf: new Int32Array() }
const noPlaces: Places = { x: new Float32Array(), y: new Float32Array() }

/** The layer asked for, as far as there are so many; the last one without a wish. */
export function shownLayer(layout: Layout | null, wanted: number | null): number {
  const last = Math.max(0, (layout?.layers.length ?? 1) - 1)
  return wanted === null ? last : Math.min(wanted, last)
}

function sameOrdinals(rows: Rows, layout: Layout, points: Points): boolean {
  if (rows.count !== layout.count || rows.rowOf.length !== points.count) return false
  return layout.ordinals.every((ordinal, row) => points.ordinals[rows.pointOf[row] ?? -1] === ordinal)
}

/** One turn for all layers, which share one frame: that of the last layer there is. Only another shape of the pane, or another layout, changes it. */
function createTurn(layout: Accessor<Layout | null>, size: Accessor<Size>): Accessor<Turn> {
  const wide = createMemo(() => size().width >= size().height)
  const last = createMemo(() => {
    const now = layout()
    // While points move their axes do too: the first snapshot decides until the layout is finished.
    return now?.layers.findLast((each) => each !== null && each.method !== 'pca') ?? null
  })
  const finished = createMemo(() => layout()?.report?.hash ?? null)
  let known: { readonly of: string | null; readonly wide: boolean; readonly turn: Turn } | null = null
  const turn = createMemo(() => {
    const [now, of] = [last(), finished()]
    if (now === null) return noTurn
    if (known !== null && known.of === of && known.wide === wide()) return known.turn
    const { x, y } = turned(now.xy, noTurn)
    known = { of, wide: wide(), turn: turnAlong(x, y, wide() ? { width: 2, height: 1 } : { width: 1, height: 2 }) }
    return known.turn
  })
  return turn
}

function createTheme(app: App): Accessor<Theme> {
  const theme = createMemo(() => {
    const ramps = app.ramps()
    const style = getComputedStyle(document.documentElement)
    return { ramps, inks: readInks((property) => style.getPropertyValue(property)) }
  })
  return theme
}

function colouringOf(by: ColourBy, points: Points, rows: Rows, kept: Float32Array | null, theme: Theme): Colouring {
  if (by === 'density') return densityColouring(points.count, theme)
  if (by === 'reliability') {
    const values = kept?.length === rows.count ? byPoint(kept, rows) : new Float32Array(points.count).fill(Number.NaN)
    return reliabilityColouring(values, theme)
  }
  const column = columnOf(by, points.columns)
  return column === null ? plainColouring(points.count, theme) : columnColouring(column, theme)
}

interface LookParts {
  readonly theme: Accessor<Theme>
  readonly colour: Accessor<ColourBy>
  readonly colouring: Accessor<Colouring>
  readonly rows: Accessor<Rows>
  readonly matching: Accessor<Uint8Array | null>
  readonly chosen: Accessor<Uint8Array | null>
}

/** Steps of the ramp of densities. */
const densitySteps = 32

function createLook({ theme, colour, colouring, rows, matching, chosen }: LookParts): Accessor<Look> {
  const classes = createMemo(() => classesOf(rows(), matching(), chosen()))
  const codes = createMemo(() => byRow(colouring().codes, rows(), 0))
  const palette = createMemo(() => {
    const { inks } = theme()
    return makePalette(inks.surface, inks.token('--mark-edge'), colouring().fills)
  })
  const density = createMemo(() => {
    if (colour() !== 'density') return null
    const { amount } = theme().ramps
    const step = (at: number): string => amount[Math.round((at / densitySteps) * (amount.length - 1))]?.background ?? ''
    return Array.from({ length: densitySteps + 1 }, (_, at) => packed(step(at)))
  })
  const look = createMemo(() => ({
    classes: classes(),
    codes: codes(),
    palette: palette(),
    chosen: chosen() !== null,
    density: density(),
  }))
  return look
}
