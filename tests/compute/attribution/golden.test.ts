import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attribute } from '#compute/attribution/attribute.ts'
import { openPath } from '#compute/attribution/path.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { AttributionOptions } from '#compute/types.ts'
import { drain } from '#tests/support/generators.ts'
import {
  fixture,
  goldenCheckpoints,
  goldenProblem,
  readJson,
  readTensors,
  relativeError,
} from '#tests/support/golden.ts'
import { goldenOptions } from '#tests/support/options.ts'
import type { FileTensor } from '#compute/checkpoint/safetensors.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-attribution-'))
afterAll(() => rmSync(cache, { recursive: true }))

const options: AttributionOptions = { ...goldenOptions, quadrature: { nodes: 24 } }
const alone = { focus: () => null, finished: null }

/** Share of pairs of entries that stand in the same order (entries that are equal to 1e-6 of the largest are left out). */
function rankAgreement(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  const scale = Math.max(...Array.from(expected, Math.abs))
  let [same, all] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    for (let j = 0; j < i; j++) {
      const order = expected[i]! - expected[j]!
      if (Math.abs(order) < 1e-6 * scale) continue
      all += 1
      if (Math.sign(found[i]! - found[j]!) === Math.sign(order)) same += 1
    }
  }
  return same / all
}

for (const name of goldenCheckpoints) {
  describe(`attribution of ${name} against PyTorch autograd in float64`, () => {
    const golden = readTensors(fixture(`${name}/golden.safetensors`))
    const { nodes, baseline_token: token } = readJson(fixture(`${name}/golden.json`)) as {
      readonly nodes: number
      readonly baseline_token: number
    }
    const problem = goldenProblem(name)
    const reference = (key: string): Float32Array => (golden.get(key) as FileTensor).data as Float32Array
    let engine: Engine
    beforeEach(async () => {
      engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
    })
    afterEach(() => engine.close())

    it('[AT1] the gradient by every token embedding agrees to 1e-3', async () => {
      const path = await openPath(engine, problem, { ...options, unknownId: null })
      const { source, prefix, objective } = await path.gradient(problem.targets.map((_, k) => k))
      expect(relativeError(objective, reference('objective'))).toBeLessThan(1e-4)
      expect(relativeError(source, reference('gradient.source'))).toBeLessThan(1e-3)
      if (problem.prefix !== null) expect(relativeError(prefix, reference('gradient.prefix'))).toBeLessThan(1e-3)
    })

    for (const [key, baseline] of [
      ['zero', 'zero'],
      ['token', `token:${token}`],
    ] as const) {
      it(`[AT2] integrated gradients from the baseline ${key} agree to 1e-3, in sign and in rank`, async () => {
        const quadrature = { nodes }
        const result = await drain(attribute(engine, problem, { ...options, baseline, quadrature }, null, alone))
        const source = reference(`ig.${key}.source`)
        expect(relativeError(result.source, source)).toBeLessThan(1e-3)
        expect(rankAgreement(result.source, source)).toBeGreaterThan(0.999)
        if (problem.prefix !== null)
          expect(relativeError(result.prefix, reference(`ig.${key}.prefix`))).toBeLessThan(1e-3)
        expect(relativeError(result.baselineObjective, reference(`ig.${key}.objective.baseline`))).toBeLessThan(1e-4)
        const gap = reference(`ig.${key}.gap`)
        result.gap.forEach((found, k) => expect(Math.abs(found - gap[k]!)).toBeLessThan(1e-4))
        expect([...result.nodes]).toEqual(problem.targets.map(() => nodes))
      })
    }

    it('[AT3] adaptive nodes end within the tolerance, near the dense rule, and say how many they took', async () => {
      const baseline = `token:${token}` as const
      const adaptive = { ...options, baseline, quadrature: { tolerance: 0.01 } }
      const found = await drain(attribute(engine, problem, adaptive, null, alone))
      const dense = await drain(attribute(engine, problem, { ...adaptive, quadrature: { nodes: 256 } }, null, alone))
      problem.targets.forEach((_, k) => {
        const change = found.objective[k]! - found.baselineObjective[k]!
        const isWithin = Math.abs(found.gap[k]!) <= 0.01 * Math.max(Math.abs(change), 0.1) + 1e-6
        expect(found.nodes[k]).toBeGreaterThanOrEqual(6)
        expect(found.converged[k]).toBe(1)
        expect(isWithin).toBe(true)
      })
      // Entries may be off by a few times the allowed gap of their sum, which is 1 %.
      expect(relativeError(found.source, dense.source)).toBeLessThan(0.05)
    })
  })
}
