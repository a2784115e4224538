import { constant } from '#compute/graph/node.ts'
import type { Value } from '#compute/graph/value.ts'
import type { Tensors } from './tensors.ts'

/** Positions of both sides: as the checkpoint stores them, else computed. */
export function sinusoidPositions(tensors: Tensors, most: number, width: number): { encoder: Value; decoder: Value } {
  const computed = sinusoidTable(most, width)
  const read = (side: 'encoder' | 'decoder'): Value => {
    const name = `model.${side}.embed_positions.weight`
    return tensors.has(name) ? tensors.read([most, width], name) : computed
  }
  return { encoder: read('encoder'), decoder: read('decoder') }
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
