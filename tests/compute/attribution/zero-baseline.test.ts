import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { attribute } from '#compute/attribution/attribute.ts'
import { pathPanels } from '#compute/attribution/path-panels.ts'
import type { Problem } from '#compute/attribution/problem.ts'
import { baselineAdvice, zeroCaution } from '#compute/tasks/baseline-advice.ts'
import { openEngine } from '#compute/runtime/engine.ts'
import type { Engine } from '#compute/runtime/engine.ts'
import { drain } from '#tests/support/generators.ts'
import { fixture, goldenProblem, readJson, relativeError } from '#tests/support/golden.ts'
import { goldenOptions } from '#tests/support/options.ts'
import { openVariant } from '#tests/support/variants.ts'

const root = mkdtempSync(join(tmpdir(), 'coattend-zero-'))
afterAll(() => rmSync(root, { recursive: true }))

const alone = { focus: () => null, finished: null }

function problemOf(name: string, most = Infinity): Problem {
  const problem = goldenProblem(name)
  return { ...problem, targets: problem.targets.slice(0, most) }
}

const open = (name: string): Promise<Engine> =>
  openEngine(fixture(`${name}/checkpoint`), { device: 'cpu', threads: 1, cache: join(root, 'cache') })

/** Attributes adaptively and closes; the largest gap is in units of what the tolerance allows. */
async function explain(engine: Engine, problem: Problem) {
  const result = await drain(attribute(engine, problem, goldenOptions, null, alone))
  await engine.close()
  const shares = result.gap.map((gap, k) => {
    const change = Math.abs(result.objective[k]! - result.baselineObjective[k]!)
    return Math.abs(gap) / (0.01 * Math.max(change, 0.1))
  })
  return { result, largestGap: Math.max(...shares) }
}

describe('the zero baseline where a norm comes first and positions are not added', () => {
  const { models } = readJson(fixture('zero-baseline.json')) as {
    readonly models: Readonly<Record<string, { readonly scores: readonly (readonly number[])[] }>>
  }
  for (const [name, { scores }] of Object.entries(models)) {
    it(`[ZB1] ${name}: the singular start is resolved, and scores are those of thousands of nodes in float64`, async () => {
      const { result, largestGap } = await explain(await open(name), problemOf(name))
      expect([...result.converged]).toEqual(scores.map(() => 1))
      expect(largestGap).toBeLessThanOrEqual(1.001)
      expect(Math.max(...result.nodes)).toBeLessThanOrEqual(200)
      expect(relativeError(result.source, scores.flat())).toBeLessThan(0.03)
    })
  }

  for (const name of ['t5', 't5-v1_1']) {
    it(`[ZB2] ${name}: changes over thirty powers of ten are resolved`, async () => {
      const { result, largestGap } = await explain(await open(name), problemOf(name, 3))
      expect([...result.converged]).toEqual([1, 1, 1])
      expect(largestGap).toBeLessThanOrEqual(1.001)
      expect(Math.max(...result.nodes)).toBeGreaterThan(100)
    })
  }

  it('[ZB3] a start beyond float32 says how far it got: finite scores, not converged, the gap of what is missing', async () => {
    // With so small an ε the gain of five norms in a row is beyond 1e38.
    const engine = await openVariant(root, { base: 'llama', config: { rms_norm_eps: 1e-20 } })
    const { result, largestGap } = await explain(engine, problemOf('llama', 2))
    expect(result.source.every((score) => Number.isFinite(score))).toBe(true)
    expect([...result.converged]).toEqual([0, 0])
    expect(largestGap).toBeGreaterThan(5)
    expect(Math.max(...result.nodes)).toBeLessThanOrEqual(400)
    expect(zeroCaution(engine.model, 'zero', result.converged)).toMatch(
      /^2 of 2 targets .*singular.*--baseline mean\.$/,
    )
    expect(zeroCaution(engine.model, 'mean', result.converged)).toBeNull()
    expect(zeroCaution(engine.model, 'zero', Uint8Array.of(1, 1))).toBeNull()
  })
})

describe('the recommended baseline', () => {
  it('[ZB6] is not zero, and where zero is a singular point the reason says so', async () => {
    for (const [name, isSingular] of [
      ['llama', true],
      ['gpt_neox', true],
      ['t5', true],
      ['gpt2', false],
      ['marian', false],
    ] as const) {
      const engine = await open(name)
      const { baseline, reason } = baselineAdvice(engine.model)
      await engine.close()
      expect(baseline).toBe('mean')
      expect(reason.includes('singular'), name).toBe(isSingular)
    }
  })
})

describe('panels of a path', () => {
  /** Nodes after dividing the first panel, and then the widest in the logarithm, again and again. */
  function divided(count: number): Float64Array {
    let alphas = Float64Array.of(0, 0.08, 0.16, 0.28, 0.5, 1)
    while (alphas.length < count) {
      const { divide } = pathPanels(alphas)
      const width = (i: number): number => Math.log(alphas[i + 1]! / Math.max(alphas[i]!, 1e-30))
      const panels = [...alphas.keys()].slice(0, -1).filter((i) => divide(i) !== null)
      const widest = panels.toSorted((a, b) => width(b) - width(a))[0]!
      alphas = Float64Array.from([...alphas, divide(widest)!]).toSorted()
    }
    return alphas
  }

  it('[ZB4] integrate what changes at 1e-4, 1e-12 and 1e-20 alike, and leave a smooth start as it is', () => {
    const scales = [1e-4, 1e-12, 1e-20]
    const alphas = divided(200)
    const { weights, isSingular } = pathPanels(alphas)
    expect(isSingular).toBe(true)
    const slope = alphas.map((alpha) => scales.reduce((sum, c) => sum + c / (alpha * alpha + c * c), 0))
    const change = (i: number): number =>
      scales.reduce((sum, c) => sum + Math.atan(alphas[i + 1]! / c) - Math.atan(alphas[i]! / c), 0)
    const whole = weights.map((row) => row.reduce((sum, weight, q) => sum + weight * slope[q]!, 0))
    expect(Math.abs(whole.reduce((sum, part, i) => sum + part - change(i), 0))).toBeLessThan(1e-3)
    const regular = Float64Array.of(0, 0.08, 0.16, 0.28, 0.5, 1)
    expect(pathPanels(regular).isSingular).toBe(false)
    expect(pathPanels(regular).divide(0)).toBeCloseTo(0.04, 12)
  })

  it('[ZB5] a place that float32 cannot tell from the start is not divided', () => {
    const { divide } = pathPanels(Float64Array.of(0, 2 ** -120, 1))
    expect([divide(0), divide(1)]).toEqual([null, 2 ** -60])
    expect(pathPanels(Float64Array.of(0, 0.5, 0.5 + 2 ** -22, 1)).divide(1)).toBeNull()
  })
})
