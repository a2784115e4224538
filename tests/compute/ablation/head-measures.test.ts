import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { headMeasures, measurePattern } from '#compute/ablation/head-measures.ts'
import { headImportance } from '#compute/ablation/importance.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { fixture, goldenProblem, readTensors } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-head-measures-'))
afterAll(() => rmSync(cache, { recursive: true }))

describe('measures of attention patterns', () => {
  it('[HM1] a head that looks at one key has entropy 0 and confidence 1, an even one ln(keys) and 1/keys', () => {
    const single = measurePattern({ weights: Float32Array.of(0, 1, 0, 1), queries: 2, keys: 2 }, true)
    expect(single).toEqual({ entropy: 0, distance: 0.5, confidence: 1, sink: 0 })
    const even = measurePattern({ weights: new Float32Array(8).fill(0.25), queries: 2, keys: 4 }, true)
    expect(even.entropy).toBeCloseTo(Math.log(4), 6)
    expect(even).toMatchObject({ distance: 1.25, confidence: 0.25, sink: 0.25 })
  })

  it('[HM2] cross attention has no distance, since its sides count different texts', () => {
    expect(measurePattern({ weights: Float32Array.of(1), queries: 1, keys: 1 }, false).distance).toBeNaN()
  })

  it('[HM3] the measures of a model are those of its attention maps in float64', async () => {
    const engine = await openEngine(fixture('bart/checkpoint'), { device: 'cpu', threads: 1, cache })
    const problem = goldenProblem('bart')
    const golden = readTensors(fixture('bart/golden.safetensors'))
    const found = await headMeasures(engine, problem.source, problem.prefix)
    for (const { kind, shape, entropy, distance, sink } of found) {
      for (let layer = 0; layer < shape[0]; layer++) {
        const map = golden.get(`attention.${kind}.${layer}`)!
        const [, heads, queries, keys] = map.shape as readonly [number, number, number, number]
        for (let h = 0; h < heads; h++) {
          const weights = Float32Array.from(map.data as ArrayLike<number>).subarray(
            h * queries * keys,
            (h + 1) * queries * keys,
          )
          const wanted = measurePattern({ weights, queries, keys }, kind !== 'cross')
          expect(entropy[layer * heads + h]).toBeCloseTo(wanted.entropy, 4)
          expect(sink[layer * heads + h]).toBeCloseTo(wanted.sink, 4)
          if (kind !== 'cross') expect(distance[layer * heads + h]).toBeCloseTo(wanted.distance, 4)
        }
      }
    }
    const options = { objective: 'log-prob', contrast: null, quadrature: { nodes: 1 } } as const
    const ranked = await headImportance(engine, problem, 'attention', options)
    expect(ranked.map(({ importance }) => importance)).toEqual(found.map(({ confidence }) => confidence))
    await engine.close()
  })
})
