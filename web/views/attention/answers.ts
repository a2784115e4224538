/** Where the values of a metric come from: the question to ask, and how its answer is read into a map. */
import type { AttributionOptionsValue } from '#collab/wire/document.ts'
import type { Question } from '#server/wire/analyses.ts'
import { headMeasuresReport } from '#server/wire/analyses.ts'
import type { Tensor } from '#web/api/safetensors.ts'
import type { HeadMap } from './heads.ts'
import type { Metric } from './metrics.ts'
import { roleOf } from './metrics.ts'

/** The output tokens that values are about, as indices of targets; null for all of them. */
export type TargetSpan = readonly [first: number, last: number]

export interface AskDeps {
  readonly options: AttributionOptionsValue
  readonly span: TargetSpan | null
  /** What takes the place of a head. */
  readonly value: 'zero' | 'mean'
  /** Whether the answer for all targets is here already: then no other is needed for one of them. */
  known(question: Question): boolean
}

/** The question whose answer holds the values of a metric for one instance. */
export function questionOf({ id }: Pick<Metric, 'id'>, { options, span, value, known }: AskDeps): Question {
  const { objective, contrast, quadrature } = options
  if (id === 'effect') return { kind: 'head-effects', value, objective, contrast }
  if (id !== 'attribution' && id !== 'gradient') return { kind: 'head-measures' }
  const whole: Question = { kind: 'head-importance', by: id, objective, contrast, quadrature }
  // One token is a small part of the work, and the one somebody waits for.
  const one = id === 'attribution' && span !== null && span[0] === span[1] && !known(whole)
  return one ? { kind: 'attention-attribution', target: span[0], objective, contrast, quadrature } : whole
}

/** What an answer holds, as far as it is here. */
export interface Answer {
  readonly tensors: ReadonlyMap<string, Tensor> | null
  /** The same while it is computed, with gaps. */
  readonly partial: ReadonlyMap<string, Tensor> | null
  readonly report: unknown
}

/** The values of a metric on one map, [layers, heads], NaN where they are still to come; null while there are none. */
export function readValues(
  metric: Metric,
  { tensors, partial, report }: Answer,
  map: HeadMap,
  span: TargetSpan | null,
): Float32Array | null {
  if (tensors === null) return partial && readPartial(metric, partial, map, span)
  const role = roleOf(metric.id)
  if (role !== null) return readRole(report, role, map)
  const name = metric.perToken ? (metric.id === 'effect' ? 'effect' : 'importance') : metric.id
  return readWhole(metric, tensors.get(`${name}.${map.kind}`), map, span)
}

function readWhole(
  metric: Metric,
  tensor: Tensor | undefined,
  map: HeadMap,
  span: TargetSpan | null,
): Float32Array | null {
  const size = map.layers * map.heads
  if (tensor?.dtype !== 'F32' || size === 0) return null
  if (tensor.data.length === size) return tensor.data
  if (tensor.data.length % size !== 0) return null
  return overTargets(tensor.data, size, span, metric.id === 'effect')
}

/** Importance comes layer by layer: of one output token as rows of their own, of all of them as one tensor with gaps. */
function readPartial(
  metric: Metric,
  partial: ReadonlyMap<string, Tensor>,
  map: HeadMap,
  span: TargetSpan | null,
): Float32Array | null {
  if (metric.id !== 'attribution' && metric.id !== 'gradient') return null
  const values =
    readWhole(metric, partial.get(`importance.${map.kind}`), map, span) ??
    new Float32Array(map.layers * map.heads).fill(Number.NaN)
  for (let layer = 0; layer < map.layers; layer++) {
    const row = partial.get(`importance.${map.kind}.${layer}`)
    if (row?.dtype === 'F32' && row.data.length === map.heads) values.set(row.data, layer * map.heads)
  }
  return values.every(Number.isNaN) ? null : values
}

/**
 * Effects on several tokens add up, as their log-probabilities do; importance is averaged, as its definition says, over the tokens it
 * is known for by now.
 */
function overTargets(data: Float32Array, size: number, span: TargetSpan | null, adds: boolean): Float32Array {
  const targets = data.length / size
  const [first, last] = span ?? [0, targets - 1]
  const values = new Float32Array(size)
  const known = new Int32Array(size)
  for (let target = first; target <= Math.min(last, targets - 1); target++) {
    for (let at = 0; at < size; at++) {
      const value = data[target * size + at]! // both loops stay inside
      if (Number.isNaN(value)) continue
      values[at]! += value // the same
      known[at]! += 1 // the same
    }
  }
  return values.map((sum, at) => (known[at] === 0 ? Number.NaN : adds && span !== null ? sum : sum / known[at]!)) // the same
}

function readRole(report: unknown, role: string, map: HeadMap): Float32Array | null {
  const parsed = headMeasuresReport.safeParse(report)
  const own = parsed.data?.roles.find(({ kind }) => kind === map.kind)?.scores[role]
  if (own === undefined || own.length !== map.layers * map.heads) return null
  const values = Float32Array.from(own, (score) => score ?? Number.NaN)
  return values.every(Number.isNaN) ? null : values
}

/** The mean of a metric over texts of the corpus, and its spread, out of the study `head-summary`. */
export function readSummary(
  metric: Metric,
  { tensors }: Pick<Answer, 'tensors'>,
  map: HeadMap,
): { readonly mean: Float32Array | null; readonly deviation: Float32Array | null } {
  const role = roleOf(metric.id)
  const read = (name: string): Float32Array | null => {
    const tensor = tensors?.get(`${name}.${map.kind}`)
    if (tensor?.dtype !== 'F32' || tensor.data.length !== map.layers * map.heads) return null
    return tensor.data.every(Number.isNaN) ? null : tensor.data
  }
  return role === null
    ? { mean: read(metric.id), deviation: read(`${metric.id}.sd`) }
    : { mean: read(`role.${role}`), deviation: null }
}
