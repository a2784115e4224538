import { ComputeError } from '#compute/errors.ts'
import { constant } from '#compute/graph/node.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Positions } from './seq2seq.ts'
import type { Tensors } from './tensors.ts'

/** A table we compute is held in memory by every program: longer inputs than this want stored positions. */
const mostPositions = 16_384

/** Positions of both sides: as the checkpoint stores them, else computed. */
export function sinusoidPositions(tensors: Tensors, most: number, width: number): Positions {
  const isStored = (side: string): boolean => tensors.has(`model.${side}.embed_positions.weight`)
  if (most > mostPositions && !(isStored('encoder') && isStored('decoder'))) {
    const limit = `${most} is more than the ${mostPositions} positions that are supported`
    throw new ComputeError(
      'unsupported',
      `config.json: max_position_embeddings ${limit} where the checkpoint stores none`,
    )
  }
  const computed = sinusoidTable(Math.min(most, mostPositions), width)
  const read = (side: 'encoder' | 'decoder'): Value => {
    return isStored(side) ? tensors.read([most, width], `model.${side}.embed_positions.weight`) : computed
  }
  return { encoder: read('encoder'), decoder: read('decoder'), offset: 0 }
}

/**
 * Fixed positions of Marian and Pegasus, [most, width]: sin(p / 10000^(2i / width)) in the first half of a row, cos in the
 * second (Vaswani et al. 2017, not interleaved; transformers computes them in float64 too). An odd width gives the sines one
 * column more.
 */
function sinusoidTable(most: number, width: number): Value {
  const sines = Math.ceil(width / 2)
  const table = new Float32Array(most * width)
  for (let position = 0; position < most; position++) {
    for (let column = 0; column < width; column++) {
      const isSine = column < sines
      const angle = position / 10000 ** ((2 * (isSine ? column : column - sines)) / width)
      table[position * width + column] = isSine ? Math.sin(angle) : Math.cos(angle)
    }
  }
  return constant('float32', [most, width], table)
}
