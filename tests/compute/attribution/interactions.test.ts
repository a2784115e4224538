import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { interact } from '#compute/attribution/interact.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { InteractionKind, InteractionOptions, Interactions, Quadrature } from '#compute/types.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, goldenProblem, readJson, readTensors, relativeError } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-interactions-'))
afterAll(() => rmSync(cache, { recursive: true }))

const nobody = (): null => null

for (const name of ['gpt2', 'marian', 'llama']) {
  describe(`interactions in ${name} against PyTorch in float64`, () => {
    const golden = readTensors(fixture(`${name}/interactions.safetensors`))
    const { baseline_token: token } = readJson(fixture(`${name}/golden.json`)) as { readonly baseline_token: number }
    const { targets, ...text } = goldenProblem(name)
    const k = targets.findIndex(({ position }) => position === Number(golden.get('target_positions')!.data[0]))
    const problem: Problem = { ...text, targets: [targets[k]!] }
    const S = problem.source.length + (problem.prefix?.length ?? 0)
    let engine: Engine
    beforeAll(async () => {
      engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
    })
    afterAll(() => engine.close())

    const options = {
      quadrature: { tolerance: 0.01 },
      baseline: `token:${token}`,
      objective: 'log-prob',
      attributeSpecial: true,
      contrast: null,
    } as const
    const find = (kind: InteractionKind, quadrature: Quadrature, more: Partial<InteractionOptions> = {}) =>
      drain<Interactions>(interact(engine, problem, { ...options, kind, quadrature, ...more }, null, nobody))

    it('[IX1] masked pairs agree to 1e-4', async () => {
      const { interactions, gap, converged } = await find('masked-pairs', { tolerance: 0.01 })
      expect(relativeError(interactions, golden.get('masked_pairs')!.data)).toBeLessThan(1e-4)
      expect([...gap]).toEqual([NaN])
      expect([...converged]).toEqual([1])
    })

    it('[IX5] masked pairs are told as they come: the count of all runs is known, and a pair keeps the value it has at the end', async () => {
      const steps = interact(engine, problem, { ...options, kind: 'masked-pairs' }, null, nobody)
      const told: Float32Array[] = []
      const counts: number[][] = []
      let step = await steps.next()
      while (step.done !== true) {
        const { progress, partial } = step.value
        counts.push([progress.done, progress.total])
        if (partial !== null) told.push(partial.interactions)
        step = await steps.next()
      }
      const end = step.value.interactions
      expect(new Set(counts.map(([, total]) => total)).size).toBe(1)
      expect(counts.at(-1)![0]).toBe(counts.at(-1)![1])
      expect(counts).toEqual(counts.toSorted((a, b) => a[0]! - b[0]!))
      expect([...told.at(-1)!]).toEqual([...end])
      for (const part of told) {
        expect([...part].every((value, at) => Number.isNaN(value) || value === end[at])).toBe(true)
      }
    })

    it('[IX2] Integrated Hessians agree within 1 % of the largest entry, and say how complete they are', async () => {
      const found = await find('integrated-hessians', { tolerance: 0.0005 })
      expect(found.interactions).toHaveLength(S * S)
      expect(relativeError(found.interactions, golden.get('integrated_hessians')!.data)).toBeLessThan(0.01)
      const change = found.objective[0]! - found.baselineObjective[0]!
      expect(Math.abs(found.gap[0]!)).toBeLessThanOrEqual(0.0005 * Math.max(Math.abs(change), 0.1))
      expect([found.converged[0], found.caution]).toEqual([1, null])
    })

    it('[IX3] a fixed rule is the plain Gauss-Legendre rule, whatever its gap', async () => {
      const coarse = await find('integrated-hessians', { nodes: 6 })
      const fine = await find('integrated-hessians', { nodes: 48 })
      expect([coarse.nodes[0], fine.nodes[0]]).toEqual([6, 48])
      expect(Math.abs(fine.gap[0]!)).toBeLessThan(Math.abs(coarse.gap[0]!))
      expect(relativeError(fine.interactions, golden.get('integrated_hessians')!.data)).toBeLessThan(0.02)
    })

    it('[IX4] attention edges are the attention attribution summed over heads, layers and kinds', async () => {
      const whole = readTensors(fixture(`${name}/golden.safetensors`))
      const { nodes } = readJson(fixture(`${name}/golden.json`)) as { readonly nodes: number }
      const { interactions, gap } = await find('attention-edges', { nodes })
      const n = problem.prefix === null ? 0 : problem.source.length
      const starts = { encoder: [0, 0], decoder: [n, n], cross: [n, 0] } as const
      const expected = new Float64Array(S * S)
      let sumOfGaps = 0
      for (const [key, { shape, data }] of whole) {
        const [, kind, layer] = /^attribution\.(encoder|decoder|cross)\.(\d+)$/.exec(key) ?? []
        if (kind === undefined) continue
        const [query, first] = starts[kind as keyof typeof starts]
        const [, heads, queries, keys] = shape as [number, number, number, number]
        for (let i = 0; i < heads * queries * keys; i++) {
          const row = query + (Math.floor(i / keys) % queries)
          expected[row * S + first + (i % keys)]! += Number(data[k * heads * queries * keys + i])
        }
        sumOfGaps += Number(whole.get(`attribution.gap.${kind}.${layer}`)!.data[k])
      }
      expect(relativeError(interactions, expected)).toBeLessThan(1e-3)
      expect(gap[0]).toBeCloseTo(sumOfGaps, 3)
    })
  })
}
