import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attentionAttribution } from '#compute/attribution/attention-attribution.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { AttentionAttribution, AttentionOptions } from '#compute/types.ts'
import { drain } from '#tests/support/generators.ts'
import {
  fixture,
  goldenCheckpoints,
  goldenProblem,
  readJson,
  readTensors,
  relativeError,
} from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-attention-'))
afterAll(() => rmSync(cache, { recursive: true }))

const options: AttentionOptions = { objective: 'log-prob', contrast: null, quadrature: { nodes: 24 }, kinds: null }
const alone = { focus: () => null, finished: [] }

for (const name of goldenCheckpoints) {
  describe(`attention attribution of ${name} against PyTorch autograd in float64`, () => {
    const golden = readTensors(fixture(`${name}/golden.safetensors`))
    const { nodes } = readJson(fixture(`${name}/golden.json`)) as { readonly nodes: number }
    const problem = goldenProblem(name)
    let engine: Engine
    beforeEach(async () => {
      engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
    })
    afterEach(() => engine.close())

    it('[AA1] every layer and kind agrees to 1e-3, entry by entry, and so do F and the gaps', async () => {
      const found = await drain(attentionAttribution(engine, problem, { ...options, quadrature: { nodes } }, alone))
      const expected = [...golden.keys()].filter((key) => /^attribution\.[a-z]/.test(key) && !key.includes('gap'))
      expect(found.layers.map(({ kind, layer }) => `attribution.${kind}.${layer}`).toSorted()).toEqual(
        expected.toSorted(),
      )
      expect(relativeError(found.objective, golden.get('objective')!.data)).toBeLessThan(1e-4)
      for (const { kind, layer, attribution, shape, gap } of found.layers) {
        const reference = golden.get(`attribution.${kind}.${layer}`)!
        expect(shape).toEqual(reference.shape)
        expect(relativeError(attribution, reference.data), `${kind}.${layer}`).toBeLessThan(1e-3)
        const gaps = golden.get(`attribution.gap.${kind}.${layer}`)!.data
        gap.forEach((value, k) => expect(Math.abs(value - Number(gaps[k]))).toBeLessThan(1e-4))
      }
    })

    if (!['marian', 'pegasus', 'gpt2', 'llama'].includes(name)) return // each kind of architecture once

    it('[AA2] adaptive nodes end within the tolerance, near the dense rule, and say how many they took', async () => {
      const run = (quadrature: AttentionOptions['quadrature']): ReturnType<typeof drain<AttentionAttribution>> =>
        drain(attentionAttribution(engine, problem, { ...options, quadrature }, alone))
      const found = await run({ tolerance: 0.01 })
      const dense = await run({ nodes: 120 })
      let within = 0
      found.layers.forEach(({ kind, layer, attribution, gap, baselineObjective, nodes: spent, converged }, i) => {
        expect(relativeError(attribution, dense.layers[i]!.attribution), `${kind}.${layer}`).toBeLessThan(0.03)
        problem.targets.forEach((_, k) => {
          const change = found.objective[k]! - baselineObjective[k]!
          const allowed = 0.01 * Math.max(Math.abs(change), 0.1)
          if (Math.abs(Math.abs(gap[k]!) - allowed) > 1e-6)
            expect(converged[k]).toBe(Math.abs(gap[k]!) < allowed ? 1 : 0)
          expect(spent[k]! % 4).toBe(0)
          within += converged[k]!
        })
      })
      // ReLU with random weights has a kink at every turn of the path: there a target may stay open, and says so.
      const isSmooth = name !== 'pegasus'
      expect(within / (found.layers.length * problem.targets.length)).toBeGreaterThanOrEqual(isSmooth ? 1 : 0.9)
    })
  })
}
