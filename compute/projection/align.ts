/** Bringing the layout of one layer into the frame of another, so that scrubbing through layers shows what moved. */
import { Matrix, SingularValueDecomposition } from 'ml-matrix'

/**
 * The layout turned, mirrored and moved, not scaled, to lie as near as possible to another of the same points (orthogonal
 * Procrustes problem, Schönemann 1966). Both [points, dimensions].
 */
export function alignTo(layout: Float32Array, home: Float32Array, dimensions: number): Float32Array {
  const [centre, target] = [meanPoint(layout, dimensions), meanPoint(home, dimensions)]
  const points = layout.length / dimensions
  const inner = Matrix.zeros(dimensions, dimensions)
  for (let i = 0; i < points; i++) {
    for (let a = 0; a < dimensions; a++) {
      const from = layout[i * dimensions + a]! - centre[a]!
      for (let b = 0; b < dimensions; b++) {
        inner.set(a, b, inner.get(a, b) + from * (home[i * dimensions + b]! - target[b]!))
      }
    }
  }
  const { leftSingularVectors: left, rightSingularVectors: right } = new SingularValueDecomposition(inner)
  const turn = left.mmul(right.transpose())
  return layout.map((_, at) => {
    const [i, b] = [Math.floor(at / dimensions), at % dimensions]
    let sum = target[b]!
    for (let a = 0; a < dimensions; a++) sum += (layout[i * dimensions + a]! - centre[a]!) * turn.get(a, b)
    return sum
  })
}

function meanPoint(layout: Float32Array, dimensions: number): Float64Array {
  const mean = new Float64Array(dimensions)
  layout.forEach((entry, at) => (mean[at % dimensions]! += entry))
  return mean.map((sum) => (sum * dimensions) / layout.length)
}

/** Which axes point against those of another layout of the same points: −1 there, 1 elsewhere. Axes of PCA keep their meaning, so they are mirrored and never turned. */
export function axisSigns(layout: Float32Array, home: Float32Array, dimensions: number): readonly (1 | -1)[] {
  return Array.from({ length: dimensions }, (_, axis) => {
    let sum = 0
    for (let at = axis; at < layout.length; at += dimensions) sum += layout[at]! * home[at]!
    return sum < 0 ? -1 : 1
  })
}
