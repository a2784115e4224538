import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { attentionFlow } from '#compute/attribution/attention-flow.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { FileTensor } from '#compute/checkpoint/safetensors.ts'
import { fixture, goldenProblem, readTensors, relativeError } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-flow-'))
afterAll(() => rmSync(cache, { recursive: true }))

type Matrix = readonly (readonly number[])[]

const multiply = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, i) => sum + value * b[i]![j]!, 0)))
const blend = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((value, j) => (value + b[i]![j]!) / 2))
const identity = (size: number): Matrix =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (_column, j) => (i === j ? 1 : 0)))
const zeros = (a: Matrix): Matrix => a.map((row) => row.map(() => 0))

/** Mean over the heads of the golden attention [1, heads, query, key]. */
function averaged({ shape, data }: FileTensor): Matrix {
  const [, heads, queries, keys] = shape as [number, number, number, number]
  return Array.from({ length: queries }, (_, q) =>
    Array.from({ length: keys }, (_key, k) =>
      Array.from({ length: heads }, (_head, h) => Number(data[(h * queries + q) * keys + k]) / heads).reduce(
        (a, b) => a + b,
      ),
    ),
  )
}

for (const name of ['gpt2', 'marian', 'llama', 'pegasus']) {
  describe(`attention of ${name} by itself`, () => {
    const golden = readTensors(fixture(`${name}/golden.safetensors`))
    const problem = goldenProblem(name)
    const layersOf = (kind: string): readonly Matrix[] =>
      [...golden.keys()]
        .filter((key) => key.startsWith(`attention.${kind}.`))
        .toSorted()
        .map((key) => averaged(golden.get(key)!))
    const rows = (matrix: Matrix): readonly number[] => problem.targets.flatMap(({ position }) => matrix[position]!)

    it('[AW1] rollout is the product of half the mean weights and half the identity, through cross attention too', async () => {
      const engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
      const { rollout, mean, weights } = await attentionFlow(engine, problem)
      await engine.close()
      let own = identity((problem.prefix ?? problem.source).length)
      const encoder = layersOf('encoder').reduce((R, W) => blend(R, multiply(W, R)), identity(problem.source.length))
      let source = zeros(layersOf('cross')[0] ?? [[]])
      layersOf('decoder').forEach((W, layer) => {
        own = blend(own, multiply(W, own))
        const cross = layersOf('cross')[layer]
        if (cross === undefined) return
        source = blend(blend(source, multiply(W, source)), multiply(cross, encoder))
        own = blend(own, zeros(own))
      })
      const [ofPrefix, ofSource] = problem.prefix === null ? [null, own] : [own, source]
      expect(relativeError(rollout.source, rows(ofSource))).toBeLessThan(1e-4)
      if (ofPrefix !== null) expect(relativeError(rollout.prefix, rows(ofPrefix))).toBeLessThan(1e-4)
      problem.targets.forEach((_, k) => {
        const row = (data: Float32Array): number =>
          data
            .subarray((k * data.length) / problem.targets.length, ((k + 1) * data.length) / problem.targets.length)
            .reduce((a, b) => a + b, 0)
        expect(row(rollout.source) + row(rollout.prefix)).toBeCloseTo(1, 5)
        expect(row(mean.source)).toBeCloseTo(1, 5)
      })
      for (const { kind, layer, weights: found, shape } of weights) {
        const { data, shape: full } = golden.get(`attention.${kind}.${layer}`)!
        const [, heads, queries, keys] = full as [number, number, number, number]
        const expected = problem.targets.flatMap(({ position }) =>
          Array.from({ length: heads }, (_, h) =>
            Array.from(data.slice((h * queries + position) * keys, (h * queries + position + 1) * keys), Number),
          ).flat(),
        )
        expect(shape).toEqual([problem.targets.length, heads, keys])
        expect(relativeError(found, expected), `${kind}.${layer}`).toBeLessThan(1e-4)
      }
    })
  })
}
