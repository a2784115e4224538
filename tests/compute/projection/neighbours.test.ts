import { describe, expect, it } from 'vitest'
import { conditionalAffinities, jointAffinities } from '#compute/projection/affinities.ts'
import { fitCurve, forceAt, makeSquares, tabulateForces } from '#compute/projection/curve.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { firstOf } from '#compute/projection/neighbours.ts'
import { fuzzySimplicialSet } from '#compute/projection/simplicial-set.ts'
import type { SparseMatrix } from '#compute/projection/simplicial-set.ts'
import { matrix, maxDifference, neighboursOf, points, reference } from './reference.ts'

function dense({ rows, starts, columns, values }: SparseMatrix): Float32Array {
  const all = new Float32Array(rows * rows)
  for (let i = 0; i < rows; i++) {
    for (let at = starts[i]!; at < starts[i + 1]!; at++) all[i * rows + columns[at]!] = values[at]!
  }
  return all
}

describe('nearest neighbours', () => {
  for (const metric of ['euclidean', 'cosine'] as const) {
    it(`[PJ5] ${metric} distances to the 15 nearest are those of scikit-learn`, async () => {
      const { indices, distances } = await neighboursOf(points, 15, metric)
      expect(maxDifference(distances, reference(`${metric}.distances`))).toBeLessThan(1e-5)
      expect(indices.every((j, at) => j !== Math.floor(at / 15))).toBe(true)
      expect([...indices.slice(4 * 15, 4 * 15 + 2), ...indices.slice(17 * 15, 17 * 15 + 2)]).toEqual([17, 101, 4, 101])
    })
  }

  it('[PJ6] of equally near points the one with the smaller index comes first', async () => {
    const { indices } = await neighboursOf(
      matrix([
        [0, 0],
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ]),
      4,
    )
    expect(Array.from(indices.subarray(0, 4))).toEqual([1, 2, 3, 4])
    expect(Array.from(indices.subarray(4, 8))).toEqual([0, 2, 4, 3])
  })

  it('[PJ7] points far from the origin and near each other are told apart', async () => {
    const far = matrix(Array.from({ length: 12 }, (_, i) => [1000 + 0.01 * i * i, -1000]))
    const { indices } = await neighboursOf(far, 2)
    expect(Array.from(indices.subarray(0, 6))).toEqual([1, 2, 0, 2, 1, 0])
  })
})

describe('nearest neighbours among more points than are multiplied at once', () => {
  it('[PJ34] are those of all pairs, in every block and across them', async () => {
    const random = makeRandom(5)
    const rows = 2_300
    const many = matrix(Array.from({ length: rows }, () => [random(), random(), random()]))
    const { indices, distances } = await neighboursOf(many, 5)
    for (let i = 0; i < rows; i += 23) {
      const pairs = Array.from(
        { length: rows },
        (_, j) => [Math.hypot(...[0, 1, 2].map((d) => many.data[3 * i + d]! - many.data[3 * j + d]!)), j] as const,
      )
      const nearest = pairs
        .filter(([, j]) => j !== i)
        .toSorted(([p], [q]) => p - q)
        .slice(0, 5)
      expect(Array.from(indices.subarray(5 * i, 5 * i + 5))).toEqual(nearest.map(([, j]) => j))
      nearest.forEach(([distance], k) => expect(distances[5 * i + k]).toBeCloseTo(distance, 6))
    }
  })
})

describe('weights of neighbours', () => {
  it('[PJ8] the fuzzy simplicial set is that of umap-learn', async () => {
    const found = dense(fuzzySimplicialSet(await neighboursOf(points, 14)))
    expect(maxDifference(found, reference('set'))).toBeLessThan(1e-4)
  })

  it('[PJ9] the affinities of t-SNE are those of scikit-learn', async () => {
    const found = dense(jointAffinities(await neighboursOf(points, 90), 30))
    const expected = reference('affinities')
    const largest = Math.max(...expected)
    expect(maxDifference(found, expected)).toBeLessThan(1e-4 * largest)
    expect(Math.abs(found.reduce((sum, entry) => sum + entry, 0) - 1)).toBeLessThan(1e-6)
  })

  it('[PJ10] affinities have the entropy of the perplexity, duplicates or not', async () => {
    const near = firstOf(await neighboursOf(points, 90), 30)
    const shares = conditionalAffinities(near, 10)
    for (let start = 0; start < shares.length; start += 30) {
      const row = shares.subarray(start, start + 30)
      const entropy = row.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0)
      expect(Math.abs(Math.exp(entropy) - 10)).toBeLessThan(1e-3)
    }
  })

  it('[PJ11] the curve of the layout is fitted as umap-learn fits it, and its forces are tabulated to half a per cent', () => {
    const expected = reference('curves')
    const found = [0, 0.1, 0.5, 0.99].flatMap((distance) => Object.values(fitCurve(distance, 1)))
    found.forEach((entry, i) => expect(Math.abs(entry / expected[i]! - 1)).toBeLessThan(1e-4))
    const { a, b } = fitCurve(0.1, 1)
    const { attraction, repulsion } = tabulateForces({ a, b })
    const squares = makeSquares(2)
    for (const square of [1e-7, 0.003, 0.5, 1, 2.7, 90, 9000]) {
      const pull = (-2 * a * b * square ** (b - 1)) / (1 + a * square ** b)
      const push = (2 * b) / ((0.001 + square) * (1 + a * square ** b))
      expect(Math.abs(forceAt(attraction, squares, 1, square) / pull - 1)).toBeLessThan(0.006)
      expect(Math.abs(forceAt(repulsion, squares, 1, square) / push - 1)).toBeLessThan(0.006 * 2)
    }
    expect(forceAt(attraction, squares, 0, 0)).toBe(attraction[0])
    expect(forceAt(attraction, squares, 0, 1e30)).toBe(attraction.at(-1))
  })
})
