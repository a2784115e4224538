/** Points of a projection out of the tensors of a corpus run. */
import { join } from 'node:path'
import type { FileTensor } from '#compute/index.ts'
import type { StoredRow } from './run-directory.ts'
import type { LayerStates } from './states-file.ts'
import { integers, readTensors } from './tensor-file.ts'
import { UsageError } from './usage-error.ts'

/** Which states become points. */
export interface PointChoice {
  readonly points: 'both' | 'source' | 'steps'
  /** Counted from 0, the embedding; `last` is that of each side. */
  readonly layer: number | 'last' | 'all'
}

export interface CorpusPoints {
  readonly layers: readonly LayerStates[]
  /** What each point is: its `row` in the corpus, and its `step` of the output, -1 for the source. */
  readonly places: Readonly<Record<'row' | 'step', FileTensor>>
}

/** In the order of the corpus, each row's source before its steps. Only the layers that are wanted are kept. */
export async function gatherPoints(
  directory: string,
  rows: AsyncIterable<StoredRow>,
  choice: PointChoice,
): Promise<CorpusPoints> {
  const kept: Float32Array[][] = []
  const places: { readonly row: number; readonly step: number }[] = []
  for await (const row of rows) {
    if (typeof row['tensors'] !== 'string') continue // a row that could not be computed
    const tensors = await readTensors(join(directory, row['tensors']))
    const sides = (['source', 'steps'] as const).filter((side) => choice.points === 'both' || choice.points === side)
    const states = sides.map((side) => tensors.get(`states.${side}`)!) // what this command writes
    const chosen = chooseLayers(states, choice)
    for (const [s, side] of sides.entries()) {
      chosen.forEach((layers, i) => (kept[i] ??= []).push(layerOf(states[s]!, layers[s]!)))
      const count = side === 'source' ? 1 : states[s]!.shape[1]!
      for (let k = 0; k < count; k++) places.push({ row: row.index, step: side === 'source' ? -1 : k })
    }
  }
  const list = (data: readonly number[]): FileTensor => integers([data.length], data)
  return {
    layers: kept.map((parts, i) => joinParts(parts, places.length, kept.length === 1 ? '' : `.${i}`)),
    places: { row: list(places.map(({ row }) => row)), step: list(places.map(({ step }) => step)) },
  }
}

/** For each layer of the projection, the layer of each side. */
function chooseLayers(states: readonly FileTensor[], { layer }: PointChoice): readonly (readonly number[])[] {
  const last = states.map(({ shape }) => shape[0]! - 1)
  if (layer === 'last') return [last]
  const least = Math.min(...last)
  if (layer !== 'all') {
    if (layer <= least) return [last.map(() => layer)]
    throw new UsageError(`--layer must be at most ${least}: there are ${least + 1} layers of states, not ${layer + 1}`)
  }
  if (last.every((depth) => depth === least)) return Array.from({ length: least + 1 }, (_, l) => last.map(() => l))
  throw new UsageError('Encoder and decoder differ in depth: give --layer last, or --points source or steps')
}

/** [layers, width] or [layers, steps, width] to the numbers of one layer. */
function layerOf({ shape, data }: FileTensor, layer: number): Float32Array {
  const size = data.length / shape[0]!
  return (data as Float32Array).slice(layer * size, (layer + 1) * size)
}

function joinParts(parts: readonly Float32Array[], rows: number, suffix: string): LayerStates {
  const data = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    data.set(part, at)
    at += part.length
  }
  return { name: `states${suffix}`, rows, width: data.length / rows, data, suffix }
}
