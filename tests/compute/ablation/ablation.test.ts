import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openAblation } from '#compute/ablation/ablation.ts'
import { allHeads, makeHeadMeans } from '#compute/ablation/heads.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { Head } from '#compute/types.ts'
import { fixture, goldenCheckpoints, goldenProblem, readTensors, relativeError } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-ablation-'))
afterAll(() => rmSync(cache, { recursive: true }))

const zero = { objective: 'log-prob', contrast: null, values: new Map<string, Float32Array>() } as const

for (const name of goldenCheckpoints) {
  describe(`ablation of ${name} against runs in float64 with a head's probabilities at zero`, () => {
    const golden = readTensors(fixture(`${name}/golden.safetensors`))
    const problem = goldenProblem(name)
    let engine: Engine
    beforeEach(async () => {
      engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
    })
    afterEach(() => engine.close())

    it('[AB1] F without each head, all of them in one run, agrees to 1e-4', async () => {
      const heads = allHeads(engine.model)
      const keys = heads.map(({ kind, layer, head }) => `ablated.objective.${kind}.${layer}.${head}`)
      expect(keys.toSorted()).toEqual([...golden.keys()].filter((key) => key.startsWith('ablated.')).toSorted())
      const [whole, ...without] = await openAblation(engine, problem, zero).measure([
        [],
        ...heads.map((head) => [head]),
      ])
      expect(relativeError(whole!, golden.get('objective')!.data)).toBeLessThan(1e-4)
      without.forEach((found, i) => {
        expect(relativeError(found, golden.get(keys[i]!)!.data), keys[i]).toBeLessThan(1e-4)
      })
    })

    it('[AB2] a head whose output is replaced by its mean over the positions changes nothing where there is one position', async () => {
      const single: Problem = {
        source: problem.source.slice(0, 1),
        prefix: problem.prefix?.slice(0, 1) ?? null,
        targets: [{ position: 0, id: problem.targets[0]!.id }],
      }
      const means = makeHeadMeans(engine)
      await means.add(single)
      const heads = allHeads(engine.model)
      const mean = openAblation(engine, single, { ...zero, values: means.values() })
      const [whole, without] = await mean.measure([[], heads])
      expect(relativeError(without!, whole!)).toBeLessThan(1e-5)
      const [, none] = await openAblation(engine, single, zero).measure([[], heads])
      expect(Math.abs(none![0]! - whole![0]!)).toBeGreaterThan(1e-4)
    })
  })
}

describe('head sets', () => {
  it('[AB3] a head that the model lacks is named with what it has', async () => {
    const engine = await openEngine(fixture('marian/checkpoint'), { device: 'cpu', threads: 1, cache })
    const problem: Problem = { source: [7, 8], prefix: [1, 9], targets: [{ position: 1, id: 5 }] }
    const without = (head: Head): Promise<unknown> => openAblation(engine, problem, zero).measure([[head]])
    await expect(without({ kind: 'cross', layer: 2, head: 0 })).rejects.toThrow(
      'layers of cross attention go from 0 to 1',
    )
    await expect(without({ kind: 'encoder', layer: 0, head: 4 })).rejects.toThrow('no head encoder.0.4')
    await engine.close()
  })
})
