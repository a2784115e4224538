import { describe, expect, it } from 'vitest'
import { gaussLegendre, gaussRadau, panelWeights, partialWeights } from '#compute/attribution/quadrature.ts'
import { makeRandom } from '#compute/generate/sample.ts'
import { fuzz } from '#tests/support/seeds.ts'

const integrate = ({ nodes, weights }: ReturnType<typeof gaussLegendre>, f: (x: number) => number): number =>
  nodes.reduce((sum, node, i) => sum + weights[i]! * f(node), 0)

describe('Gauss-Legendre on [0, 1]', () => {
  it('[QU1] n nodes are exact for every power up to 2n − 1', () => {
    for (const n of [1, 2, 3, 8, 24, 50]) {
      const rule = gaussLegendre(n)
      for (let power = 0; power < 2 * n; power++) {
        expect(Math.abs(integrate(rule, (x) => x ** power) - 1 / (power + 1)), `n ${n}, x^${power}`).toBeLessThan(1e-13)
      }
      expect(Math.abs(integrate(rule, (x) => x ** (2 * n)) - 1 / (2 * n + 1))).toBeGreaterThan(n > 20 ? 0 : 1e-16)
    }
  })

  it('[QU2] nodes rise, weights are positive and sum to 1, up to the largest rule offered', () => {
    for (const n of [1, 5, 257, 4096]) {
      const { nodes, weights } = gaussLegendre(n)
      expect(nodes.every((node, i) => node > (nodes[i - 1] ?? 0) && node < 1)).toBe(true)
      expect(weights.every((weight) => weight > 0)).toBe(true)
      expect(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1)).toBeLessThan(1e-12)
    }
  })

  it('[QU3] the rules of three nodes and five are those of the tables (Abramowitz and Stegun 25.4)', () => {
    expect(gaussLegendre(3).nodes[0]).toBeCloseTo((1 - 0.774596669241483) / 2, 14)
    expect(gaussLegendre(3).weights[1]).toBeCloseTo(0.888888888888889 / 2, 14)
    expect(gaussLegendre(5).nodes[3]).toBeCloseTo((1 + 0.538469310105683) / 2, 14)
    expect(gaussLegendre(5).weights[0]).toBeCloseTo(0.236926885056189 / 2, 14)
  })
})

describe('Gauss-Radau on [0, 1]', () => {
  it('[QU6] n nodes, the first at 0, are exact for every power up to 2n − 2 and not for the next', () => {
    for (const n of [1, 2, 4, 7, 12]) {
      const rule = gaussRadau(n)
      expect(rule.nodes[0]).toBe(0)
      expect(rule.nodes.every((node, i) => i === 0 || (node > rule.nodes[i - 1]! && node < 1))).toBe(true)
      for (let power = 0; power <= 2 * n - 2; power++) {
        expect(Math.abs(integrate(rule, (x) => x ** power) - 1 / (power + 1)), `n ${n}, x^${power}`).toBeLessThan(1e-13)
      }
      expect(Math.abs(integrate(rule, (x) => x ** (2 * n - 1)) - 1 / (2 * n))).toBeGreaterThan(1e-16)
    }
  })

  it('[QU7] partial weights integrate from the first node to each other one, exactly for cubics through four', () => {
    const nodes = Float64Array.of(0.1, 0.2, 0.55, 0.9)
    const f = (x: number): number => 2 - x + 3 * x ** 2 - 5 * x ** 3
    const whole = (x: number): number => 2 * x - x ** 2 / 2 + x ** 3 - (5 * x ** 4) / 4
    partialWeights(nodes).forEach((row, j) => {
      const found = row.reduce((sum, weight, q) => sum + weight * f(nodes[q]!), 0)
      expect(Math.abs(found - (whole(nodes[j + 1]!) - whole(nodes[0]!)))).toBeLessThan(1e-14)
    })
  })
})

describe('panels between nodes', () => {
  const random = makeRandom(fuzz(1, 1).seed)
  const grid = Float64Array.of(0, ...Array.from({ length: 9 }, random).toSorted((a, b) => a - b), 1)
  const panels = (nodes: Float64Array, f: (x: number) => number): readonly number[] =>
    panelWeights(nodes).map((row) => row.reduce((sum, weight, i) => sum + weight * f(nodes[i]!), 0))

  it('[QU4] lines are exact in every panel, parabolas in every inner one, wherever the nodes lie', () => {
    panels(grid, (x) => 3 - 2 * x).forEach((found, i) => {
      const exact = (from: number): number => 3 * from - from ** 2
      expect(Math.abs(found - (exact(grid[i + 1]!) - exact(grid[i]!)))).toBeLessThan(1e-14)
    })
    panels(grid, (x) => x * x)
      .slice(1, -1)
      .forEach((found, i) => {
        expect(Math.abs(found - (grid[i + 2]! ** 3 - grid[i + 1]! ** 3) / 3)).toBeLessThan(1e-14)
      })
  })

  it('[QU5] halving the panels of a smooth integrand divides the error by about sixteen', () => {
    const error = (count: number): number => {
      const nodes = Float64Array.from({ length: count + 1 }, (_, i) => i / count)
      const inner = panels(nodes, (x) => Math.exp(2 * x)).slice(1, -1)
      const exact = (Math.exp(2 * nodes[count - 1]!) - Math.exp(2 * nodes[1]!)) / 2
      return Math.abs(inner.reduce((sum, part) => sum + part, 0) - exact)
    }
    expect(error(16) / error(32)).toBeGreaterThan(10)
  })
})
