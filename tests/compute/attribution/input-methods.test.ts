import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { attribute } from '#compute/attribution/attribute.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { AttributionOptions } from '#compute/types.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, goldenProblem, readJson, readTensors, relativeError } from '#tests/support/golden.ts'
import { goldenOptions } from '#tests/support/options.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-input-methods-'))
afterAll(() => rmSync(cache, { recursive: true }))
const alone = { focus: () => null, finished: null }

for (const name of ['gpt2', 'marian', 'llama']) {
  describe(`occlusion and gradient norm in ${name}`, () => {
    const golden = readTensors(fixture(`${name}/golden.safetensors`))
    const pairs = readTensors(fixture(`${name}/interactions.safetensors`))
    const { baseline_token: token } = readJson(fixture(`${name}/golden.json`)) as { readonly baseline_token: number }
    const problem = goldenProblem(name)
    const options: AttributionOptions = { ...goldenOptions, method: 'occlusion', baseline: `token:${token}` }
    const n = problem.source.length
    const m = problem.prefix?.length ?? 0
    let engine: Engine
    beforeEach(async () => {
      engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
    })
    afterEach(() => engine.close())
    const explain = (changed: Partial<AttributionOptions>, about: Problem = problem) =>
      drain(attribute(engine, about, { ...options, ...changed }, null, alone))

    it('[IM1] occlusion is the change of F when one token becomes the baseline', async () => {
      const { source, prefix, objective, baselineObjective } = await explain({})
      const k = problem.targets.findIndex(({ position }) => position === Number(pairs.get('target_positions')!.data[0]))
      const square = pairs.get('masked_pairs')!.data
      const diagonal = Array.from({ length: n + m }, (_, i) => Number(square[i * (n + m + 1)]))
      const found = [...source.subarray(k * n, (k + 1) * n), ...prefix.subarray(k * m, (k + 1) * m)]
      expect(relativeError(found, diagonal)).toBeLessThan(1e-4)
      expect(relativeError(objective, golden.get('objective')!.data)).toBeLessThan(1e-4)
      expect(relativeError(baselineObjective, golden.get('ig.token.objective.baseline')!.data)).toBeLessThan(1e-4)
    })

    it('[IM2] words are occluded as a whole, and share their effect', async () => {
      const units = {
        source: problem.source.map((_, i) => Math.floor(i / 2)),
        prefix: problem.prefix?.map(() => 0) ?? null,
      }
      const whole = await explain({}, { ...problem, units })
      const all = await explain({}, { ...problem, units: { source: units.source.map(() => 0), prefix: units.prefix } })
      expect(whole.source[0]).toBe(whole.source[1])
      problem.targets.forEach(({ position }, k) => {
        const [row, change] = [all.source.subarray(k * n, (k + 1) * n), all.objective[k]! - all.baselineObjective[k]!]
        if (problem.prefix === null) {
          expect(row.reduce((sum, score) => sum + score, 0)).toBeCloseTo(change, 4)
          expect(row.findLastIndex((score) => score !== 0)).toBe(position)
        } else {
          const shares = all.prefix.subarray(k * m, k * m + position + 1)
          expect(new Set(shares).size).toBe(1)
          expect(new Set(row).size).toBe(1)
        }
      })
    })

    it('[IM3] special tokens stay unless asked', async () => {
      const special = engine.model.special.end[0]!
      const about = { ...problem, source: problem.source.map((id, i) => (i === 0 ? special : id)) }
      const { source } = await explain({ attributeSpecial: false }, about)
      expect(source[0]).toBe(0)
      expect((await explain({}, about)).source[0]).not.toBe(0)
    })

    it('[IM4] the gradient norm is the length of each gradient of PyTorch', async () => {
      const { source, prefix, gap } = await explain({ method: 'gradient-norm' })
      const width = golden.get('gradient.source')!.shape[2]!
      const norms = (key: string): readonly number[] => {
        const data = golden.get(key)!.data
        return Array.from({ length: data.length / width }, (_, i) =>
          Math.hypot(...Array.from(data.slice(i * width, (i + 1) * width), Number)),
        )
      }
      expect(relativeError(source, norms('gradient.source'))).toBeLessThan(1e-3)
      if (problem.prefix !== null) expect(relativeError(prefix, norms('gradient.prefix'))).toBeLessThan(1e-3)
      expect(gap.every(Number.isNaN)).toBe(true)
    })
  })
}
