/** What colour each point has, and the legend that says so. Pure: the theme's colours are given. */
import type { Inks } from '#web/export/inks.ts'
import type { Ramps } from '#web/marks/ramp.ts'
import { rampSteps } from '#web/marks/ramp.ts'
import type { CategoryColumn, Column, NumberColumn } from '#web/state/point-table.ts'

/** Nothing, where points lie thickest, how far each can be trusted, or the name of a column behind `column:`. */
export type ColourBy = 'none' | 'density' | 'reliability' | `column:${string}`

/** Levels that have a colour of their own; the rest share one grey. */
export const ownColours = 7

/** Steps of a ramp for numbers; the first is far enough from the surface to be seen. */
const steps = 48
const firstStep = 0.14

/** One line of a legend of categories. */
export interface LevelRow {
  readonly label: string
  readonly fill: string
  /** The values behind it: one level, or all the rarer ones. */
  readonly levels: readonly number[]
}

export type Legend =
  | { readonly kind: 'plain' }
  | { readonly kind: 'density' }
  | { readonly kind: 'levels'; readonly column: CategoryColumn; readonly rows: readonly LevelRow[] }
  | {
      readonly kind: 'range'
      /** What is filtered by; null for numbers that only this page knows. */
      readonly field: string | null
      readonly title: string
      readonly unit: string
      readonly definition: string
      /** [points] NaN: no value. */
      readonly values: ArrayLike<number>
      readonly min: number
      readonly max: number
      readonly fills: readonly string[]
    }

export interface Colouring {
  /** [points] index of `fills`. */
  readonly codes: Uint8Array
  readonly fills: readonly string[]
  readonly legend: Legend
}

export interface Theme {
  readonly inks: Inks
  readonly ramps: Ramps
}

/** All points alike. */
export function plainColouring(count: number, { inks }: Theme): Colouring {
  return { codes: new Uint8Array(count), fills: [inks.token('--topic-other')], legend: { kind: 'plain' } }
}

export const densityColouring = (count: number, theme: Theme): Colouring => ({
  ...plainColouring(count, theme),
  legend: { kind: 'density' },
})

/** The seven commonest levels in colours that colour-blind readers can tell apart, the others in grey, points without a value paler. */
export function levelColouring(column: CategoryColumn, { inks }: Theme): Colouring {
  const { levels, codes } = column
  const own = Math.min(ownColours, levels.length)
  const fills = [
    ...Array.from({ length: own }, (_, index) => inks.token(`--topic-${index + 1}`)),
    inks.token('--topic-other'),
    inks.line,
  ]
  const rows: LevelRow[] = levels
    .slice(0, own)
    .map((level, index) => ({ label: level, fill: fills[index] ?? '', levels: [index] }))
  const rest = Array.from({ length: levels.length - own }, (_, index) => own + index)
  if (rest.length === 1) rows.push({ label: levels[own] ?? '', fill: inks.token('--topic-other'), levels: rest })
  else if (rest.length > 1) {
    rows.push({ label: `${rest.length} others`, fill: inks.token('--topic-other'), levels: rest })
  }
  return {
    codes: Uint8Array.from(codes, (code) => (code < 0 ? own + 1 : Math.min(code, own))),
    fills,
    legend: { kind: 'levels', column, rows },
  }
}

/** Numbers on the ramp of amounts from the least to the largest; points without a value paler than all of them. */
export function numberColouring(
  described: Pick<NumberColumn, 'title' | 'unit' | 'definition' | 'min' | 'max'>,
  values: ArrayLike<number>,
  field: string | null,
  { inks, ramps }: Theme,
): Colouring {
  const { min, max, title, unit, definition } = described
  const ramp = Array.from({ length: steps }, (_, step) => {
    const share = firstStep + ((1 - firstStep) * step) / (steps - 1)
    return ramps.amount[Math.round(share * rampSteps)]?.background ?? inks.ink
  })
  const reach = max > min ? max - min : 1
  const codes = Uint8Array.from(values, (value) =>
    Number.isNaN(value) ? steps : Math.round(Math.min(1, Math.max(0, (value - min) / reach)) * (steps - 1)),
  )
  const legend: Legend = { kind: 'range', field, title, unit, definition, values, min, max, fills: ramp }
  return { codes, fills: [...ramp, inks.line], legend }
}

export const columnColouring = (column: Column, theme: Theme): Colouring =>
  column.type === 'category'
    ? levelColouring(column, theme)
    : numberColouring(column, column.values, column.filterable ? column.name : null, theme)

/** Reliability as a column of this page: of each point in the layout, by row of the table; NaN for points that are not laid out. */
export function reliabilityColouring(kept: Float32Array, theme: Theme): Colouring {
  const described = {
    title: 'Neighbours kept',
    unit: '',
    definition:
      'Share of the 15 nearest texts among all states of this layer that are also among the 15 nearest in the picture. Low: do not read closeness here.',
    min: 0,
    max: 1,
  }
  return numberColouring(described, kept, null, theme)
}

/** The colouring that is offered first: a column of categories with few levels, else none. */
export function firstColour(columns: readonly Column[]): ColourBy {
  const found = columns.find(
    (column) => column.type === 'category' && column.levels.length > 1 && column.levels.length <= 40,
  )
  return found === undefined ? 'none' : `column:${found.name}`
}

export const columnOf = (by: ColourBy, columns: readonly Column[]): Column | null =>
  by.startsWith('column:') ? (columns.find(({ name }) => `column:${name}` === by) ?? null) : null

/** Counts of values in so many equal bins; `counts` says which points take part. */
export function histogramOf(
  values: ArrayLike<number>,
  [min, max]: readonly [number, number],
  bins: number,
  counts: (point: number) => boolean,
): readonly number[] {
  const found = Array.from({ length: bins }, () => 0)
  const unit = bins / (max > min ? max - min : 1)
  for (let point = 0; point < values.length; point++) {
    const value = values[point]!
    if (Number.isNaN(value) || !counts(point)) continue
    found[Math.min(bins - 1, Math.max(0, Math.floor((value - min) * unit)))]!++
  }
  return found
}
