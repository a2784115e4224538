/** What the cells of the maps show: two values each, the corpus mean and the instance, on one scale; with ranks and words. */
import type { Head } from '#compute/types.ts'
import type { Person } from '#collab/wire/presence.ts'
import { plain, signed } from '#web/marks/numbers.ts'
import { namesOf } from '#web/widgets/person.ts'
import type { HeadMap } from './heads.ts'
import { indexOf } from './heads.ts'
import type { Metric } from './metrics.ts'

/** The values of one metric on one map, [layers, heads]; NaN where there is none. null: none of them is known. */
export interface MapValues {
  readonly map: HeadMap
  readonly instance: Float32Array | null
  readonly mean: Float32Array | null
  /** Spread of the mean over the texts it was taken of. */
  readonly deviation: Float32Array | null
}

/** Which of the two a cell shows. `difference` is the instance less the mean. */
export type Mode = 'both' | 'mean' | 'instance' | 'difference'

/** What one map draws. */
export interface MapCells {
  readonly map: HeadMap
  /** Fill of the lower left triangle; of the whole cell where `upper` is null. NaN is hatched. */
  readonly lower: Float32Array
  readonly upper: Float32Array | null
  /** The value at which the ramp ends. */
  readonly reach: number
}

export interface Cells {
  readonly maps: readonly MapCells[]
  readonly signed: boolean
}

export function cellsOf(values: readonly MapValues[], metric: Metric, mode: Mode, shared: boolean): Cells {
  const withMean = values.some(({ mean }) => mean !== null)
  const withInstance = values.some(({ instance }) => instance !== null)
  const drawn = values.map((each) => ({ map: each.map, ...fillsOf(each, mode, withMean, withInstance) }))
  const reaches = drawn.map(({ lower, upper }) => Math.max(largest(lower), upper === null ? 0 : largest(upper)))
  const common = Math.max(0, ...reaches)
  const isDifference = mode === 'difference'
  // A share of a whole keeps its scale, so that a head that hardly does something does not look as if it did.
  const bound = isDifference ? null : metric.most
  return {
    maps: drawn.map((each, at) => ({ ...each, reach: bound ?? (shared ? common : (reaches[at] ?? 0)) })),
    signed: metric.signed || isDifference,
  }
}

function fillsOf(
  { map, instance, mean }: MapValues,
  mode: Mode,
  withMean: boolean,
  withInstance: boolean,
): Pick<MapCells, 'lower' | 'upper'> {
  const unknown = (): Float32Array => new Float32Array(map.layers * map.heads).fill(Number.NaN)
  if (mode === 'mean') return { lower: mean ?? unknown(), upper: null }
  if (mode === 'instance') return { lower: instance ?? unknown(), upper: null }
  if (mode === 'difference') return { lower: instance && mean ? differenceOf(instance, mean) : unknown(), upper: null }
  // Without any mean the instance has the whole cell; a missing instance stays hatched, because it can be chosen.
  if (!withMean && withInstance) return { lower: instance ?? unknown(), upper: null }
  return { lower: mean ?? unknown(), upper: instance ?? unknown() }
}

const differenceOf = (instance: Float32Array, mean: Float32Array): Float32Array =>
  instance.map((value, at) => value - (mean[at] ?? Number.NaN))

function largest(values: Float32Array): number {
  let most = 0
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value)
  return most
}

/** The place of every head among all maps together, 1 for the largest (of signed metrics: the largest change); 0 without a value. */
export function ranksOf(values: readonly MapValues[], metric: Metric): ReadonlyMap<HeadMap, Int32Array> {
  const ranks = new Map(values.map(({ map }) => [map, new Int32Array(map.layers * map.heads)]))
  const all = values.flatMap((each) => {
    const own = each.instance ?? each.mean
    return own === null ? [] : Array.from(own, (value, at) => ({ map: each.map, at, size: sizeOf(value, metric) }))
  })
  const sorted = all.filter(({ size }) => !Number.isNaN(size)).sort((left, right) => right.size - left.size)
  sorted.forEach(({ map, at }, place) => {
    const own = ranks.get(map)
    if (own) own[at] = place + 1
  })
  return ranks
}

export const sizeOf = (value: number, metric: Pick<Metric, 'signed'>): number =>
  metric.signed ? Math.abs(value) : value

/** A value as text, with its unit. */
export function valueText(value: number | undefined, metric: Metric): string {
  if (value === undefined || Number.isNaN(value)) return 'not known'
  const text = metric.signed ? signed(value, metric.digits) : plain(value, metric.digits)
  return metric.unit === '' ? text : `${text} ${metric.unit}`
}

export interface CellFacts {
  readonly values: MapValues
  readonly metric: Metric
  readonly rank: number
  readonly heads: number
  readonly countFrom: number
  readonly chosen: boolean
  readonly pruned: boolean
  /** Who else has chosen the head, and who has marked it to be left out. */
  readonly others: readonly Person[]
  readonly leftOut: readonly Person[]
}

/** A cell in words: "Layer 3, head 7, importance 0.420 nats, mean 0.310 nats, rank 5 of 144, not pruned". */
export function describe(head: Head, facts: CellFacts): string {
  const { values, metric, rank, heads, countFrom, chosen, pruned, others, leftOut } = facts
  const at = indexOf(head, values.map)
  const name = metric.label.toLowerCase()
  const own = values.instance?.[at]
  const mean = values.mean?.[at]
  return [
    `Layer ${head.layer + countFrom}, head ${head.head + countFrom}`,
    own === undefined ? null : `${name} ${valueText(own, metric)}`,
    mean === undefined ? null : `${own === undefined ? `${name}, ` : ''}corpus mean ${valueText(mean, metric)}`,
    own === undefined && mean === undefined ? `${name} not known` : null,
    rank > 0 ? `rank ${rank} of ${heads}` : null,
    chosen ? 'chosen' : null,
    pruned ? 'pruned' : 'not pruned',
    others.length > 0 ? `also chosen by ${namesOf(others)}` : null,
    leftOut.length > 0 ? `marked to be left out by ${namesOf(leftOut)}` : null,
  ]
    .filter((part) => part !== null)
    .join(', ')
}

/** The names of the `count` heads that matter least, least first; heads without a value stay. */
export function leastImportant(values: readonly MapValues[], metric: Metric, count: number): readonly string[] {
  const all = values.flatMap(({ map, instance, mean }) => {
    const own = instance ?? mean ?? new Float32Array(0)
    return Array.from(own, (value, at) => ({
      name: `${map.kind}.${Math.floor(at / map.heads)}.${at % map.heads}`,
      size: sizeOf(value, metric),
    }))
  })
  return all
    .filter(({ size }) => !Number.isNaN(size))
    .sort((left, right) => left.size - right.size)
    .slice(0, count)
    .map(({ name }) => name)
}
