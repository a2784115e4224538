import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openEnds } from '#compute/attribution/ends.ts'
import { openPath } from '#compute/attribution/path.ts'
import { nodesOf } from '#compute/graph/graph.ts'
import type { Graph } from '#compute/graph/graph.ts'
import { pathProductsGraph, prefixProductsGraph } from '#compute/programs/input-gradient.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import { floats, integers } from '#compute/runtime/tensor.ts'
import { fixture, relativeError } from '#tests/support/golden.ts'
import { logProbSpec } from '#tests/support/options.ts'

const cache = mkdtempSync(join(tmpdir(), 'coattend-fixed-source-'))
afterAll(() => rmSync(cache, { recursive: true }))

const products = (graph: Graph): number => nodesOf(graph).filter(({ op }) => op === 'MatMul' || op === 'Gemm').length

describe('a path on which the source stays where it is', () => {
  const alphas = [0, 0.3, 1]
  for (const name of ['marian', 'bart', 'm2m_100', 't5']) {
    it(`[FS1] ${name}: samples are those of the whole path, and the encoder is neither repeated nor differentiated`, async () => {
      const engine = await openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache })
      const { end, start } = engine.model.special
      const source = [end[0]!, end[0]!, end[0]!]
      const targets = [
        { position: 1, id: 7 },
        { position: 3, id: 21 },
      ]
      const problem = { source, prefix: [start!, 12, 40, 33], targets }
      const choice = { baseline: 'zero', attributeSpecial: false, unknownId: null } as const
      const path = await openPath(engine, problem, { ...choice, objective: 'log-prob', contrast: null })
      const found = await path.sample([0, 1], alphas)
      const ends = await openEnds(engine, problem, choice)
      const whole = await engine.program('whole', () => pathProductsGraph(engine.model, logProbSpec), 'cold')
      const expected = await whole.run({
        ...ends.feeds(4),
        position: integers([2], [1, 3]),
        target: integers([2], [7, 21]),
        alpha: floats([3], Float32Array.from(alphas)),
      })
      await engine.close()
      const samples = found.flat()
      const objective = samples.map((sample) => sample.objective)
      expect(relativeError(objective, Array.from(expected['objective']!.data, Number))).toBeLessThan(1e-5)
      const prefix = samples.flatMap((sample) => [...sample.products.subarray(source.length)])
      expect(relativeError(prefix, Array.from(expected['products.prefix']!.data, Number))).toBeLessThan(1e-4)
      expect(
        samples.every((sample) => sample.products.subarray(0, source.length).every((product) => product === 0)),
      ).toBe(true)
      const saved =
        products(prefixProductsGraph(engine.model, logProbSpec)) /
        products(pathProductsGraph(engine.model, logProbSpec))
      expect(saved).toBeLessThan(0.75)
    })
  }
})
