/**
 * The panels between nodes on a path, in the coordinate in which the integrand is smooth enough for few of them. Usually that is
 * α itself. Where a norm comes first and no positions are added, a path from zero has a singular start: each norm in turn
 * stops seeing its ε as the states grow, so F changes over dozens of powers of ten near α = 0 and is flat along the rest. In
 * s = ln α those changes lie side by side, each about as wide as the others. The integral stays that over α: its measure
 * dα/ds = α stands in the weights.
 */
import { panelWeights } from './quadrature.ts'

/** Places below this cannot be told from the start: embeddings times it are near the smallest float32 numbers. */
const nearest = 2 ** -120

/** Panels narrower than this part of their end are below the resolution of float32. */
const narrowest = 2 ** -20

/** A start that has to be resolved beyond this is taken for a singular one, and approached in leaps. */
const singularBelow = 1 / 128

export interface PathPanels {
  readonly isSingular: boolean
  /** Integral over each panel between two nodes, as weights of the samples at all nodes. */
  readonly weights: readonly Float64Array[]
  /** Where to divide a panel; null where float32 would resolve nothing more. */
  readonly divide: (panel: number) => number | null
}

/** The panels between sorted places α, the first of them 0. */
export function pathPanels(alphas: Float64Array): PathPanels {
  const isSingular = alphas[1]! < singularBelow
  return {
    isSingular,
    weights: isSingular ? singularWeights(alphas) : panelWeights(alphas),
    divide: (panel) => {
      const [a, b] = [alphas[panel]!, alphas[panel + 1]!]
      if (b <= nearest || b - a <= b * narrowest) return null
      if (!isSingular) return (a + b) / 2
      return a === 0 ? Math.max(b * b, nearest) : Math.sqrt(a * b)
    },
  }
}

/** The first panel by itself, since the gradient at its start may be enormous; the others in the logarithm. */
function singularWeights(alphas: Float64Array): readonly Float64Array[] {
  const first = new Float64Array(alphas.length)
  first.fill(alphas[1]! / 2, 0, 2)
  const others = panelWeights(alphas.subarray(1).map(Math.log))
  return [first, ...others.map((row) => alphas.map((alpha, q) => (q === 0 ? 0 : row[q - 1]! * alpha)))]
}
