import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { targetImportance } from '#compute/ablation/target-importance.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import type { PartialImportance, TargetImportance } from '#compute/types.ts'
import { fixture } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-importance-'))
afterAll(() => rmSync(cache, { recursive: true }))

const problem = {
  source: [7, 30, 12, 0],
  prefix: [95, 8, 21, 40, 11, 9, 33, 14, 27, 5],
  targets: [8, 21, 40, 11, 9, 33, 14, 27, 5].map((id, at) => ({ position: at, id })),
}
const options = { objective: 'log-prob', contrast: null, quadrature: { tolerance: 0.01 } } as const

describe('importance of heads, told as it comes', () => {
  let engine: Engine
  beforeAll(async () => {
    engine = await openEngine(fixture('marian/checkpoint'), { device: 'cpu', threads: 1, cache })
  })
  afterAll(() => engine.close())

  async function watch(by: 'attribution' | 'gradient') {
    const steps = targetImportance(engine, problem, by, options)
    const told: PartialImportance[] = []
    let step = await steps.next()
    while (step.done !== true) {
      if (step.value.partial !== null) told.push(step.value.partial)
      step = await steps.next()
    }
    return { told, end: step.value }
  }

  it.each(['attribution', 'gradient'] as const)(
    '[TI1] layers of %s fill one after the other, the last one first, for a few outputs at a time, and end as what is given',
    async (by) => {
      const { told, end } = await watch(by)
      const known = told.map(countKnown)
      expect(known).toEqual(known.toSorted((a, b) => a - b))
      expect([known[0]! > 0, known.at(-1)]).toEqual([true, countKnown(end)])
      expect(flat(told.at(-1)!)).toEqual(flat(end))
      expect(flat(end).some(Number.isNaN)).toBe(false)
      const [first] = told as [PartialImportance]
      const layers = first.importance.flatMap(({ kind, importance, shape: [, all, heads] }) =>
        Array.from({ length: all }, (_, layer) => ({ kind, layer, value: importance[layer * heads]! })),
      )
      const there = layers.filter(({ value }) => !Number.isNaN(value))
      expect(there).toHaveLength(1)
      expect(there[0]!.layer).toBe(Math.max(...layers.map(({ layer }) => layer)))
      // The ninth output is in the second lot: none of its heads is known while the first lot is computed.
      const ninth = told.slice(0, 3).flatMap(({ importance }) => importance.flatMap(rowsOfNinth))
      expect(ninth.every(Number.isNaN)).toBe(true)
    },
  )
})

const flat = ({ importance }: PartialImportance | TargetImportance): number[] =>
  importance.flatMap((kind) => [...kind.importance])

const countKnown = (told: PartialImportance): number => flat(told).filter((value) => !Number.isNaN(value)).length

const rowsOfNinth = ({ importance, shape: [, layers, heads] }: TargetImportance['importance'][number]): number[] => [
  ...importance.subarray(8 * layers * heads),
]
