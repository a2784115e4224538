/** The logit lens as the panel reads it: what each layer would write. Pure. */
import { lensReport } from '#server/wire/analyses.ts'
import type { Tensor } from '#web/api/safetensors.ts'
import type { CountFrom } from '#web/marks/head-name.ts'
import { layerNumber } from '#web/marks/head-name.ts'
import { pieceName } from '#web/marks/pieces.ts'

export interface Lens {
  /** L + 1: the embedding output first, the model itself last. */
  readonly layers: number
  readonly steps: number
  at(step: number, layer: number): LensCell
}

export interface LensCell {
  /** The likeliest tokens of the layer, best first. */
  readonly likeliest: readonly LensToken[]
  /** Of the token that was written: nats, and its place among all tokens, 1 for the likeliest. */
  readonly logProb: number
  readonly rank: number
  /** Nats. */
  readonly entropy: number
}

export interface LensToken {
  readonly id: number
  readonly name: string
  readonly logProb: number
}

/** Null where the tensors do not fit together or belong to an output of another length. */
export function readLens(tensors: ReadonlyMap<string, Tensor>, report: unknown, steps: number): Lens | null {
  const named = lensReport.safeParse(report)
  const ids = tensors.get('ids')
  const [rows = 0, layers = 0, count = 0] = ids?.shape ?? []
  if (!named.success || ids === undefined || rows !== steps || count === 0) return null
  const size = { ids: rows * layers * count, logProbs: rows * layers * count, per: rows * layers }
  const logProbs = sized(tensors.get('logProbs'), size.logProbs)
  const entropies = sized(tensors.get('entropies'), size.per)
  const targetLogProbs = sized(tensors.get('targetLogProbs'), size.per)
  const targetRanks = sized(tensors.get('targetRanks'), size.per)
  if (!logProbs || !entropies || !targetLogProbs || !targetRanks || ids.data.length !== size.ids) return null
  const { tokens } = named.data
  return {
    layers,
    steps,
    at(step, layer) {
      const cell = step * layers + layer
      const likeliest = Array.from({ length: count }, (_, place): LensToken => {
        const id = ids.data[cell * count + place] ?? 0
        const token = Object.hasOwn(tokens, id) ? tokens[id] : undefined
        return {
          id,
          name: token === undefined ? `token ${id}` : pieceName(token),
          logProb: logProbs[cell * count + place] ?? 0,
        }
      })
      return {
        likeliest,
        logProb: targetLogProbs[cell] ?? 0,
        rank: targetRanks[cell] ?? 0,
        entropy: entropies[cell] ?? 0,
      }
    },
  }
}

const sized = (tensor: Tensor | undefined, length: number): Tensor['data'] | null =>
  tensor?.data.length === length ? tensor.data : null

/** The first layer from which on the written token stays the likeliest; null where it never is. */
export function settledAt(lens: Lens, step: number): number | null {
  let settled: number | null = null
  for (let layer = lens.layers - 1; layer >= 0; layer--) {
    if (lens.at(step, layer).rank !== 1) break
    settled = layer
  }
  return settled
}

/** "L2": what stands after layer 2; the embedding is not a layer. */
export const layerName = (layer: number, from: CountFrom): string =>
  layer === 0 ? 'embedding' : layerNumber(layer - 1, from)
