import { describe, expect, it } from 'vitest'
import { kendallTauB, spearman } from '#compute/evaluation/rank-correlation.ts'

/** By scipy.stats.spearmanr and kendalltau. */
const cases: readonly (readonly [readonly number[], readonly number[], number, number])[] = [
  [[1, 2, 3, 4, 5], [5, 6, 7, 8, 7], 0.8207826816681233, 0.7378647873726218],
  [[0.1, -2, 3, 3, 0, 0, 7], [1, 1, 2, -5, 0.5, 0.25, 9], 0.38533731779422625, 0.30779350562554614],
  [[2, 2, 2, 1], [1, 2, 3, 4], -0.7745966692414834, -0.7071067811865477],
  [[-1.5, 0.25, 8, -3, 2.5, 2.5, 0.001, 4], [0, 0, 1, -1, 2, 0.5, 0.5, 3], 0.8424397143700719, 0.7171087882915774],
]

describe('rank agreement', () => {
  it('[AW2] Spearman and Kendall agree with scipy, ties included', () => {
    for (const [a, b, rho, tau] of cases) {
      expect(spearman(a, b)).toBeCloseTo(rho, 12)
      expect(kendallTauB(a, b)).toBeCloseTo(tau, 12)
    }
  })

  it('[AW3] nothing can be said of scores that are all the same', () => {
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN()
    expect(kendallTauB([1, 2, 3], [4, 4, 4])).toBeNaN()
  })
})
