/** Rules that turn samples of an integrand into its integral. */
import { ComputeError } from '#compute/errors.ts'
import type { Quadrature } from '#compute/types.ts'

/** Fewer than one node is no rule; more than this would be an hour on a laptop. */
const mostNodes = 4096

/** Fails on a number of nodes or a tolerance that no method can work with. */
export function checkQuadrature(quadrature: Quadrature): void {
  if ('nodes' in quadrature) {
    const { nodes } = quadrature
    if (Number.isInteger(nodes) && nodes >= 1 && nodes <= mostNodes) return
    throw new ComputeError('bad-input', `The number of nodes must be from 1 to ${mostNodes}, not ${nodes}`)
  }
  const { tolerance } = quadrature
  if (tolerance > 0 && tolerance < 1) return
  throw new ComputeError('bad-input', `The tolerance must lie between 0 and 1, such as 0.01, not ${tolerance}`)
}

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

/**
 * Gauss-Radau on [0, 1] with a node at 0: exact up to degree 2n − 2. The other nodes are the roots of
 * (P_{n−1} + P_n)/(1 + x) by Newton's method, weights (1 − x)/(n·P_{n−1}(x))² and 2/n² at the end
 * (Abramowitz and Stegun 25.4.31).
 */
export function gaussRadau(n: number): Rule {
  const nodes = new Float64Array(n)
  const weights = new Float64Array(n)
  weights[0] = 1 / (n * n)
  for (let i = 1; i < n; i++) {
    let x = -Math.cos((2 * Math.PI * i) / (2 * n - 1))
    for (let step = 0; step < 100; step++) {
      const [before, last] = [legendre(n - 1, x).value, legendre(n, x).value]
      const change = ((1 - x) / n) * ((before + last) / (before - last))
      x -= change
      if (Math.abs(change) < 1e-16) break
    }
    nodes[i] = (1 + x) / 2
    weights[i] = (1 - x) / (2 * (n * legendre(n - 1, x).value) ** 2)
  }
  return { nodes, weights }
}

/**
 * Integrals from the first node to every other of the polynomial through samples at all of them, as weights of the samples: row
 * j integrates up to node j + 1.
 */
export function partialWeights(nodes: Float64Array): readonly Float64Array[] {
  const { nodes: places, weights } = gaussLegendre(nodes.length)
  const start = nodes[0]!
  return Array.from(nodes.subarray(1), (end) =>
    nodes.map((_, q) =>
      places.reduce(
        (sum, place, i) => sum + weights[i]! * (end - start) * lagrange(nodes, q, start + place * (end - start)),
        0,
      ),
    ),
  )
}

/** The polynomial that is 1 at node q and 0 at the others. */
const lagrange = (nodes: Float64Array, q: number, x: number): number =>
  nodes.reduce((product, node, i) => (i === q ? product : (product * (x - node)) / (nodes[q]! - node)), 1)

/**
 * Clenshaw-Curtis on [0, 1] with an even number of intervals, ends included: nodes (1 − cos(jπ/n))/2, of which those of n
 * intervals are every second one of 2n. Weights as Waldvogel 2006 gives them (his equation 2.4).
 */
export function clenshawCurtis(n: number): Rule {
  const nodes = Float64Array.from({ length: n + 1 }, (_, j) => Math.sin((j * Math.PI) / (2 * n)) ** 2)
  const weights = nodes.map((_, j) => {
    let sum = 1
    for (let k = 1; k <= n / 2; k++) {
      sum -= ((2 * k === n ? 1 : 2) / (4 * k * k - 1)) * Math.cos((2 * k * j * Math.PI) / n)
    }
    return ((j === 0 || j === n ? 1 : 2) * sum) / (2 * n)
  })
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
