import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openEnds } from '#compute/attribution/ends.ts'
import { keepFeed } from '#compute/attribution/masked-source.ts'
import { maskedPairs } from '#compute/attribution/masked-pairs.ts'
import { openMasking } from '#compute/attribution/masking.ts'
import type { Mask } from '#compute/attribution/masking.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { integers } from '#compute/runtime/tensor.ts'
import { everyMaskGraph } from '#tests/support/every-mask.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, relativeError } from '#tests/support/golden.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-masked-source-'))
afterAll(() => rmSync(cache, { recursive: true }))

const choice = { baseline: 'zero', attributeSpecial: true, unknownId: null } as const
const options = { ...choice, objective: 'log-prob', contrast: null } as const

/** The engine, and how many masked sources its encoder was given. */
function counting(engine: Engine): { readonly engine: Engine; readonly encoded: () => number } {
  let rows = 0
  const program: Engine['program'] = async (key, build, temperature) => {
    const session = await engine.program(key, build, temperature)
    const run: typeof session.run = (feeds) => {
      rows += feeds['keep.source']?.shape[0] ?? 0
      return session.run(feeds)
    }
    return { ...session, run }
  }
  return { engine: { ...engine, program }, encoded: () => rows }
}

describe('masks that leave the source alone', () => {
  const source = [5, 9, 14]
  const masks: readonly Mask[] = [[], [0, 1, 2, 3, 4, 5, 6], [1], [4], [5], [4, 5], [5, 1], [0, 2], [2, 0, 6]]
  const distinctSources = 4
  for (const name of ['marian', 'bart', 'm2m_100', 't5']) {
    it(`[MS1] ${name}: F is that of a program that encodes for every mask, and each distinct source is encoded once`, async () => {
      const whole = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
      const { engine, encoded } = counting(whole)
      const targets = [
        { position: 1, id: 7 },
        { position: 3, id: 21 },
      ]
      const problem = { source, prefix: [engine.model.special.start!, 12, 40, 33], targets }
      const masking = await openMasking(engine, problem, options)
      const found = await masking.evaluate([0, 1], masks)
      expect(encoded()).toBe(distinctSources)
      const again = await masking.evaluate([1], masks)
      expect(encoded()).toBe(distinctSources)
      const ends = await openEnds(whole, problem, choice)
      const session = await whole.program('whole', () => everyMaskGraph(whole.model), 'cold')
      const { objective } = await session.run({
        ...ends.feeds(4),
        'keep.source': keepFeed(masks, 0, 3),
        'keep.prefix': keepFeed(masks, 3, 4),
        position: integers([2], [1, 3]),
        target: integers([2], [7, 21]),
      })
      await whole.close()
      const expected = Array.from(objective!.data, Number)
      const rows = [0, 1].flatMap((target) => found.map((row) => row[target]!))
      expect(relativeError(rows, expected)).toBeLessThan(1e-6)
      expect(
        relativeError(
          again.map(([value]) => value!),
          expected.slice(masks.length),
        ),
      ).toBeLessThan(1e-6)
      expect(new Set(rows.map((value) => value.toFixed(5))).size).toBeGreaterThan(masks.length)
    })
  }

  it('[MS2] all pairs of masked tokens, of targets in several chunks, need the encoder once for every set of source tokens', async () => {
    const whole = await openEngine(fixture('marian/checkpoint'), { device: 'cpu', threads: 1, cache })
    const { engine, encoded } = counting(whole)
    const prefix = [engine.model.special.start!, ...Array.from({ length: 19 }, (_, i) => 11 + i)]
    const targets = prefix.map((_, position) => ({ position, id: 21 }))
    const masking = await openMasking(engine, { source, prefix, targets }, options)
    const result = await drain(maskedPairs(masking, () => null))
    await whole.close()
    expect(targets.length).toBeGreaterThan(16) // one chunk
    expect(result.nodes[0]).toBeGreaterThan(100)
    expect(encoded()).toBe(1 + 1 + source.length + 3) // none, all, each, each pair
  })
})
