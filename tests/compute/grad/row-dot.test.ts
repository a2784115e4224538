import { describe, expect, it } from 'vitest'
import { backward } from '#compute/grad/backward.ts'
import { nodesUnder } from '#compute/graph/graph.ts'
import type { Size } from '#compute/graph/value.ts'
import { attentionWeights, groupRows, ungroupRows } from '#compute/ops/attention.ts'
import { mul } from '#compute/ops/elementwise.ts'
import { matMul } from '#compute/ops/matrix.ts'
import { sum } from '#compute/ops/reduce.ts'
import { inputsOf, runGraph } from '#tests/support/graphs.ts'

const width = 2

/** Gradient by the queries of attention of four heads over as many key heads as asked, of five targets where they are kept. */
function queryGradient(keyHeads: number, isKept: boolean) {
  const [q, k, v, seeds] = inputsOf(
    [
      [4, 'n', width],
      [keyHeads, 'm', width],
      [keyHeads, 'm', width],
      ['targets', 4, 'n', width],
    ],
    'float64',
  )
  const weights = attentionWeights(q!, k!, 1, null)
  const output = ungroupRows(matMul(groupRows(weights, keyHeads), v!), 4, q!.shape[1]!)
  const kept = seeds!.shape[0] as Size // named above
  const seeded = sum(mul(seeds!, output), [-3, -2, -1]) // [targets]
  const [gradient] = backward(seeded, [q!], isKept ? { kept } : {})
  return { inputs: [q!, k!, v!, seeds!], gradient: gradient!, keys: k!.shape[1]! }
}

const numbers = (shape: readonly number[], step: number) => ({
  dtype: 'float64' as const,
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.sin(step * (i + 1))),
})

describe('the gradient of attention', () => {
  for (const keyHeads of [4, 2, 1]) {
    it(`[GR9] four heads over ${keyHeads} sum the slope of a softmax over the width of a head, not over keys`, () => {
      const { gradient, keys } = queryGradient(keyHeads, true)
      const sums = nodesUnder([gradient]).filter(({ op }) => op === 'ReduceSum')
      expect(sums.map(({ inputs }) => inputs[0]!.shape.at(-1))).toContain(width)
      expect(sums.map(({ inputs }) => inputs[0]!.shape.at(-1))).not.toContain(keys)
    })

    it(`[GR10] four heads over ${keyHeads}: targets that are kept apart add up to the gradient of their sum`, async () => {
      const feeds = {
        x0: numbers([4, 3, width], 0.7),
        x1: numbers([keyHeads, 6, width], 1.3),
        x2: numbers([keyHeads, 6, width], 2.1),
        x3: numbers([5, 4, 3, width], 0.9),
      }
      const [apart, together] = [queryGradient(keyHeads, true), queryGradient(keyHeads, false)]
      const { y: each } = await runGraph(apart.inputs, { y: apart.gradient }, feeds)
      const { y: all } = await runGraph(together.inputs, { y: together.gradient }, feeds)
      expect(each!.shape).toEqual([5, 4, 3, width])
      const size = all!.data.length
      for (let i = 0; i < size; i++) {
        const total = Array.from({ length: 5 }, (_, t) => Number(each!.data[t * size + i])).reduce((a, b) => a + b)
        expect(total).toBeCloseTo(Number(all!.data[i]), 12)
      }
    })
  }
})
