import { describe, expect, it } from 'vitest'
import { drawWeight, drawWeights, estimate, usualBootstrap } from '#compute/evaluation/bootstrap.ts'

describe('the bootstrap', () => {
  it('[ME10] weights are Poisson(1) distributed over rows and over replicates, and follow the seed', () => {
    const weights = Array.from({ length: 200 }, (_, row) => drawWeights(usualBootstrap, row))
    const all = weights.flatMap((row) => [...row])
    const share = (count: number): number => all.filter((weight) => weight === count).length / all.length
    ;[0.3679, 0.3679, 0.1839, 0.0613].forEach((mass, count) => expect(share(count)).toBeCloseTo(mass, 2))
    for (const row of weights) {
      const mean = row.reduce((sum, weight) => sum + weight, 0) / row.length
      expect(Math.abs(mean - 1)).toBeLessThan(0.15) // standard error 0.03
    }
    expect(drawWeights(usualBootstrap, 7)).toEqual(weights[7])
    expect(drawWeights({ ...usualBootstrap, seed: 1 }, 7)).not.toEqual(weights[7])
  })

  it('[ME11] the interval of a mean has the width that theory gives it', () => {
    const rows = Array.from({ length: 400 }, (_, i) => Math.sin(i * 12.9898) * 3)
    const value = rows.reduce((sum, row) => sum + row, 0) / rows.length
    const deviation = Math.sqrt(rows.reduce((sum, row) => sum + (row - value) ** 2, 0) / rows.length)
    const replicates = Array.from({ length: 1000 }, (_, replicate) => {
      let [sum, weight] = [0, 0]
      rows.forEach((row, i) => {
        const count = drawWeight(usualBootstrap, replicate, i)
        sum += count * row
        weight += count
      })
      return sum / weight
    })
    const { interval } = estimate(value, replicates)
    const expected = (2 * 1.96 * deviation) / Math.sqrt(rows.length)
    expect((interval![1] - interval![0]) / expected).toBeCloseTo(1, 0.9)
    expect(interval![0]).toBeLessThan(value)
    expect(interval![1]).toBeGreaterThan(value)
  })

  it('[ME12] a value without meaning has no interval, and one that few replicates define has none either', () => {
    expect(estimate(Number.NaN, [1, 2, 3])).toEqual({ value: null, interval: null })
    expect(estimate(1, [Number.NaN, Number.NaN, 3])).toEqual({ value: 1, interval: null })
  })
})
