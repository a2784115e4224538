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
  const read = (side: string): Value => tensors.read([most, width], `model.${side}.embed_positions.weight`)
  if (isStored('encoder') && isStored('decoder'))
    return { encoder: read('encoder'), decoder: read('decoder'), offset: 0 }
  checkComputed(most)
  const computed = sinusoidTable(most, width)
  const side = (name: string): Value => (isStored(name) ? read(name) : computed)
  return { encoder: side('encoder'), decoder: side('decoder'), offset: 0 }
}

function checkComputed(most: number): void {
  if (most <= mostPositions) return
  const limit = `${most} is more than the ${mostPositions} positions that are supported`
  throw new ComputeError(
    'unsupported',
    `config.json: max_position_embeddings ${limit} where the checkpoint stores none`,
  )
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

/**
 * Fixed positions of M2M100: sin(p · f) in the first half of a row and cos in the second, f = 10000^(−i / (half − 1)), where the
 * first token has p = `first` (transformers' `M2M100SinusoidalPositionalEmbedding` and tensor2tensor). They are rounded to
 * float32 at every step, as there: at p = 1000 an exact table would differ by 3e-5. An odd width ends with a column of zeros.
 * A padding token inside a text takes a position like any other, as when transformers is given embeddings.
 */
export function offsetSinusoids(most: number, width: number, first: number): Positions {
  checkComputed(most)
  const half = Math.floor(width / 2)
  if (half < 2) throw new ComputeError('unsupported', `config.json: d_model ${width} is too narrow for fixed positions`)
  const round = Math.fround
  const step = round(-Math.log(10000) / (half - 1))
  const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp(round(i * step)))
  const table = new Float32Array(most * width)
  for (let row = 0; row < most; row++) {
    for (let i = 0; i < half; i++) {
      const angle = round((first + row) * frequencies[i]!)
      table[row * width + i] = Math.sin(angle)
      table[row * width + half + i] = Math.cos(angle)
    }
  }
  const values = constant('float32', [most, width], table)
  return { encoder: values, decoder: values, offset: 0 }
}
