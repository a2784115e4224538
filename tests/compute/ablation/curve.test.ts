import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openNamedAblation } from '#compute/ablation/ablation.ts'
import { measureCurves, orderByImportance, randomOrder, removalSteps } from '#compute/ablation/curve.ts'
import { allHeads } from '#compute/ablation/heads.ts'
import { headImportance } from '#compute/ablation/importance.ts'
import { openAttentionPath } from '#compute/attribution/attention-path.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { fixture } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-curve-'))
afterAll(() => rmSync(cache, { recursive: true }))

const options = { objective: 'log-prob', contrast: null, value: 'zero' } as const

describe('ablation curves over texts', () => {
  it('[AB8] rankings go from the most or the least important head, random orders are told by their seed', async () => {
    const importance = [
      { kind: 'decoder', shape: [1, 3], importance: Float32Array.of(0.2, 0.9, -1) },
      { kind: 'cross', shape: [2, 1], importance: Float32Array.of(0.5, 0) },
    ] as const
    const names = (first: 'most' | 'least'): readonly string[] =>
      orderByImportance('x', importance, first).heads.map(({ kind, layer, head }) => `${kind}.${layer}.${head}`)
    expect(names('most')).toEqual(['decoder.0.1', 'cross.0.0', 'decoder.0.0', 'cross.1.0', 'decoder.0.2'])
    expect(names('least')).toEqual(names('most').toReversed())
    const engine = await openEngine(fixture('gpt2/checkpoint'), { device: 'cpu', threads: 1, cache })
    const shuffled = randomOrder(engine.model, 3).heads
    expect(shuffled).toEqual(randomOrder(engine.model, 3).heads)
    expect(shuffled).not.toEqual(randomOrder(engine.model, 4).heads)
    expect(new Set(shuffled.map((head) => JSON.stringify(head))).size).toBe(allHeads(engine.model).length)
    await engine.close()
  })

  it('[AB9] a point is the mean change of F without the first heads of the order; removing nothing changes nothing', async () => {
    const engine = await openEngine(fixture('gpt2/checkpoint'), { device: 'cpu', threads: 1, cache })
    const source = [7, 30, 12, 5]
    const targets = source.slice(1).map((id, position) => ({ position, id }))
    const { ablation } = await openNamedAblation(engine, { source, prefix: null, targets }, options)
    const orders = [randomOrder(engine.model, 1), randomOrder(engine.model, 2)]
    const counts = removalSteps(engine.model, 2)
    const all = allHeads(engine.model).length
    expect(counts).toEqual([0, all / 2, all])
    const curves = await measureCurves(ablation, orders, counts)
    const half = orders[1]!.heads.slice(0, all / 2)
    const [whole, without] = (await ablation.measure([[], half])) as [readonly number[], readonly number[]]
    const expected = without.reduce((sum, value, k) => sum + (value - whole[k]!) / whole.length, 0)
    expect(curves[1]![1]).toBeCloseTo(expected, 6)
    expect(Math.abs(expected)).toBeGreaterThan(1e-4)
    expect(curves.map(([none]) => none)).toEqual([0, 0])
    expect(curves[0]![2]).toBe(curves[1]![2])
    await expect(measureCurves(ablation, orders, [all + 1])).rejects.toThrow(new RegExp(`${all + 1} are to be removed`))
    await engine.close()
  })

  it('[AB10] the gradient is attention attribution of one node at the input, the confidence lies in (0, 1]', async () => {
    const engine = await openEngine(fixture('marian/checkpoint'), { device: 'cpu', threads: 1, cache })
    const problem = { source: [7, 30, 12, 0], prefix: [95, 8, 21], targets: [{ position: 2, id: 8 }] }
    const settings = { objective: 'log-prob', contrast: null, quadrature: { nodes: 1 } } as const
    const gradient = await headImportance(engine, problem, 'gradient', settings)
    const path = await openAttentionPath(engine, problem, settings)
    const { integrals } = await path.sample({ kind: 'cross', layer: 1 }, [0], [1], [1])
    const cross = gradient.find(({ kind }) => kind === 'cross')!
    const size = integrals[0]!.length / cross.shape[1]
    const expected = Array.from({ length: cross.shape[1] }, (_, h) =>
      Math.max(...integrals[0]!.subarray(h * size, (h + 1) * size)),
    )
    expect([...cross.importance.subarray(cross.shape[1], 2 * cross.shape[1])]).toEqual(expected)
    const attention = await headImportance(engine, problem, 'attention', settings)
    expect(attention.map(({ kind }) => kind)).toEqual(['encoder', 'decoder', 'cross'])
    for (const { kind, importance, shape } of attention) {
      const keys = kind === 'decoder' ? 3 : 4
      expect(importance).toHaveLength(shape[0] * shape[1])
      expect(importance.every((weight) => weight > 1 / keys - 1e-6 && weight <= 1 + 1e-6)).toBe(true)
    }
    await engine.close()
  })
})
