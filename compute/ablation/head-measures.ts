/** What attention patterns of one text are like, head by head. They say where a head looks, not what it is worth. */
import { attentionKinds, attentionPlaces } from '#compute/attribution/attention-attribution.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { forward } from '#compute/tasks/forward.ts'
import type { HeadMeasures } from '#compute/types.ts'
import type { Pattern } from './role-scores.ts'

/** The measures of one head, each a mean over its queries. */
interface PatternMeasures {
  readonly entropy: number
  readonly distance: number
  readonly confidence: number
  readonly sink: number
}

/** Measures of every head for ids that a model reads (and writes, `prefix`), [layers, heads] by kind. */
export async function headMeasures(
  engine: Engine,
  source: readonly number[],
  prefix: readonly number[] | null,
): Promise<readonly HeadMeasures[]> {
  const taps = await forward(engine, source, prefix)
  return attentionKinds(engine.model).map((kind) => {
    const rows = attentionPlaces(engine.model, [kind]).map(({ layer }) => {
      const { data, shape } = taps[`attention.${kind}.${layer}`]! // every tap is there
      const [, heads, queries, keys] = shape as readonly [number, number, number, number]
      return Array.from({ length: heads }, (_, h) => {
        const weights = (data as Float32Array).subarray(h * queries * keys, (h + 1) * queries * keys)
        return measurePattern({ weights, queries, keys }, kind !== 'cross')
      })
    })
    const each = (name: keyof PatternMeasures): Float32Array =>
      Float32Array.from(rows.flatMap((row) => row.map((measures) => measures[name])))
    return {
      kind,
      shape: [rows.length, rows[0]!.length],
      entropy: each('entropy'),
      distance: each('distance'),
      confidence: each('confidence'),
      sink: each('sink'),
    }
  })
}

/** A distance has a meaning only where queries and keys count the same text (`isSelf`); it is NaN elsewhere. */
export function measurePattern({ weights, queries, keys }: Pattern, isSelf: boolean): PatternMeasures {
  let [entropy, distance, confidence, sink] = [0, 0, 0, 0]
  for (let query = 0; query < queries; query++) {
    let most = 0
    for (let key = 0; key < keys; key++) {
      const weight = weights[query * keys + key]!
      if (weight > 0) entropy -= weight * Math.log(weight)
      distance += weight * Math.abs(query - key)
      most = Math.max(most, weight)
    }
    confidence += most
    sink += weights[query * keys]!
  }
  return {
    entropy: entropy / queries,
    distance: isSelf ? distance / queries : NaN,
    confidence: confidence / queries,
    sink: sink / queries,
  }
}
