import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openNamedAblation } from '#compute/ablation/ablation.ts'
import { makeAblationCurves, orderByImportance, randomOrder } from '#compute/ablation/curve.ts'
import { allHeads } from '#compute/ablation/heads.ts'
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

  it('[AB9] a point is the mean change of F over texts, in its interval; removing nothing changes nothing', async () => {
    const engine = await openEngine(fixture('gpt2/checkpoint'), { device: 'cpu', threads: 1, cache })
    const texts = [
      [7, 30, 12, 5],
      [40, 8, 8, 61],
      [3, 71, 25, 9],
    ].map((source) => ({ source, prefix: null, targets: [{ position: 2, id: source[3]! }] }))
    const order = randomOrder(engine.model, 1)
    const curves = makeAblationCurves(engine, [order], [0, 2], options)
    let expected = 0
    for (const text of texts) {
      await curves.add(text)
      const { ablation } = await openNamedAblation(engine, text, options)
      const [[whole], [without]] = (await ablation.measure([[], order.heads.slice(0, 2)])) as [[number], [number]]
      expected += (without - whole) / texts.length
    }
    const [none, two] = curves.points() as [
      ReturnType<typeof curves.points>[number],
      ReturnType<typeof curves.points>[number],
    ]
    expect(none.change).toEqual({ value: 0, interval: [0, 0] })
    expect(two.change.value).toBeCloseTo(expected, 5)
    expect(two.change.interval![0]).toBeLessThanOrEqual(two.change.value!)
    expect(two.change.interval![1]).toBeGreaterThanOrEqual(two.change.value!)
    expect(() => makeAblationCurves(engine, [order], [99], options)).toThrow(/99 are to be removed/)
    await engine.close()
  })
})
