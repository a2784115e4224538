/** Rules that turn samples of an integrand into its integral. */

export interface Rule {
  readonly nodes: Float64Array
  readonly weights: Float64Array
}

/**
 * Gauss-Legendre on [0, 1]: exact for polynomials up to degree 2n − 1. Roots of P_n by Newton's method from
 * cos(π(i − ¼)/(n + ½)) (Abramowitz and Stegun 22.16.6), weights 2 / ((1 − x²)·P′_n(x)²).
 */
export function gaussLegendre(n: number): Rule {
  const nodes = new Float64Array(n)
  const weights = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    let slope = 0
    for (let step = 0; step < 100; step++) {
      const { value, derivative } = legendre(n, x)
      slope = derivative
      const change = value / derivative
      x -= change
      if (Math.abs(change) < 1e-16) break
    }
    nodes[n - 1 - i] = (1 + x) / 2
    weights[n - 1 - i] = 1 / ((1 - x * x) * slope * slope)
  }
  return { nodes, weights }
}

/** P_n and its derivative by the three-term recurrence. */
function legendre(n: number, x: number): { readonly value: number; readonly derivative: number } {
  let before = 1
  let value = x
  for (let k = 2; k <= n; k++) {
    const next = ((2 * k - 1) * x * value - (k - 1) * before) / k
    before = value
    value = next
  }
  return { value, derivative: (n * (x * value - before)) / (x * x - 1) }
}

/**
 * Integrals over the panels between sorted nodes, as weights of all nodes: row i of the result integrates panel i. In each
 * panel the integrand is the cubic with its values at both ends and the slopes of the parabolas through three neighbours, so
 * that every sample is used, wherever it lies (the corrected trapezoid rule: h(g₀ + g₁)/2 + h²(g₀′ − g₁′)/12).
 */
export function panelWeights(nodes: Float64Array): readonly Float64Array[] {
  const slopes = slopeWeights(nodes)
  return Array.from({ length: nodes.length - 1 }, (_, i) => {
    const h = nodes[i + 1]! - nodes[i]!
    const weights = new Float64Array(nodes.length)
    weights[i]! += h / 2
    weights[i + 1]! += h / 2
    for (const [node, weight] of slopes[i]!) weights[node]! += ((h * h) / 12) * weight
    for (const [node, weight] of slopes[i + 1]!) weights[node]! -= ((h * h) / 12) * weight
    return weights
  })
}

type Sparse = readonly (readonly [node: number, weight: number])[]

/** The slope at each node as a weighted sum of samples: of the parabola through its neighbours, at the ends of the secant. */
function slopeWeights(nodes: Float64Array): readonly Sparse[] {
  const last = nodes.length - 1
  const secant = (i: number): Sparse => {
    const h = nodes[i + 1]! - nodes[i]!
    return [
      [i, -1 / h],
      [i + 1, 1 / h],
    ]
  }
  return Array.from(nodes, (_, i) => {
    if (i === 0) return secant(0)
    if (i === last) return secant(last - 1)
    const [before, after] = [nodes[i]! - nodes[i - 1]!, nodes[i + 1]! - nodes[i]!]
    const scale = (sparse: Sparse, factor: number): Sparse => sparse.map(([node, weight]) => [node, weight * factor])
    const whole = before + after
    return [...scale(secant(i - 1), after / whole), ...scale(secant(i), before / whole)]
  })
}
