import { describe, expect, it } from 'vitest'
import { largestEigenpairs } from '#compute/projection/eigen.ts'
import { principalComponents, projectPoints } from '#compute/projection/pca.ts'
import { matrix, maxDifference, points, products, reference } from './reference.ts'

describe('principal components', () => {
  it('[PJ1] coordinates, signs and explained variance are those of scikit-learn', async () => {
    const found = await principalComponents(points, 3, products)
    expect(maxDifference(projectPoints(points, found, 3), reference('pca'))).toBeLessThan(1e-4)
    expect(maxDifference(found.variance, reference('pca.variance'))).toBeLessThan(1e-4)
    expect(maxDifference(found.ratio, reference('pca.ratio'))).toBeLessThan(1e-6)
  })

  it('[PJ2] fewer points than dimensions give the same', async () => {
    const few = { rows: 9, width: points.width, data: points.data.subarray(0, 9 * points.width) }
    const found = await principalComponents(few, 3, products)
    expect(maxDifference(projectPoints(few, found, 3), reference('wide.pca'))).toBeLessThan(1e-4)
    expect(maxDifference(found.ratio, reference('wide.ratio'))).toBeLessThan(1e-6)
  })

  it('[PJ3] the largest entry of a component is positive, and missing dimensions are zeros', async () => {
    const line = matrix([[1], [2], [4]])
    const found = await principalComponents(line, 2, products)
    expect([...found.components[0]!]).toEqual([1])
    expect(maxDifference(projectPoints(line, found, 2), [-4 / 3, 0, -1 / 3, 0, 5 / 3, 0])).toBeLessThan(1e-6)
    for (const component of (await principalComponents(points, 3, products)).components) {
      const largest = component.reduce((best, entry) => (Math.abs(entry) > Math.abs(best) ? entry : best), 0)
      expect(largest).toBeGreaterThan(0)
    }
  })

  it('[PJ4] eigenvectors are found where eigenvalues are equal, or nearly so, or zero', () => {
    const size = 40
    for (const values of [
      Array.from({ length: size }, (_, i) => (i < 3 ? 5 : 1)),
      Array.from({ length: size }, (_, i) => 1 - 1e-3 * i),
      Array.from({ length: size }, (_, i) => (i === 7 ? 2 : 0)),
    ]) {
      const data = new Float64Array(size * size)
      values.forEach((value, i) => (data[i * size + i] = value))
      const found = largestEigenpairs({ size, data }, 2)
      expect(maxDifference(found.values, values.toSorted((a, b) => b - a).slice(0, 2))).toBeLessThan(1e-9)
      const [a, b] = found.vectors as readonly [Float64Array, Float64Array]
      expect(Math.abs(a.reduce((sum, entry, i) => sum + entry * b[i]!, 0))).toBeLessThan(1e-9)
      a.forEach((entry, i) => expect(Math.abs((values[i]! - found.values[0]!) * entry)).toBeLessThan(1e-8))
    }
  })
})
