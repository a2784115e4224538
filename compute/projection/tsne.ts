/**
 * Barnes-Hut t-SNE (van der Maaten 2014) in the plane: attraction along the affinities, repulsion from summaries of far points.
 * Settings are those of scikit-learn: step size n / 48 but at least 50, momentum 0.5 and then 0.8, gains, exaggeration 12 at first.
 */
import { fillQuadtree, makeQuadtree } from './quadtree.ts'
import type { Quadtree } from './quadtree.ts'
import type { SparseMatrix } from './simplicial-set.ts'
import type { Anchor, LayoutStep } from './umap.ts'

const exaggeration = 12
/** Epochs with exaggerated attraction, at most a quarter of all. */
const exaggeratedEpochs = 250
/** A node is one point to those that see it under a smaller angle. */
const angle = 0.5
const leastGain = 0.01

export interface TsneOptions {
  readonly epochs: number
  /** Whether the layout is formed from nothing; one that starts from a finished layout is not pulled together first. */
  readonly exaggerates: boolean
}

/** Moves `start` [points, 2], one epoch at a time; with an anchor the points are drawn to where it holds them. */
export function* descendTsne(
  affinities: SparseMatrix,
  start: Float32Array,
  { epochs, exaggerates }: TsneOptions,
  anchor: Anchor | null,
): Generator<LayoutStep, Float32Array> {
  const layout = Float64Array.from(start)
  const gradient = new Float64Array(layout.length)
  const motion = { velocity: new Float64Array(layout.length), gains: new Float64Array(layout.length).fill(1) }
  const tree = makeQuadtree(affinities.rows)
  const early = exaggerates ? Math.min(exaggeratedEpochs, epochs >> 2) : 0
  const rate = Math.max(affinities.rows / exaggeration / 4, 50)
  for (let epoch = 0; epoch < epochs; epoch++) {
    const isEarly = epoch < early
    if (epoch === early) {
      motion.velocity.fill(0)
      motion.gains.fill(1)
    }
    gradientOf(affinities, layout, tree, isEarly ? exaggeration : 1, gradient)
    step(layout, gradient, motion, rate, isEarly ? 0.5 : 0.8)
    if (anchor !== null) draw(layout, anchor, 1 - epoch / epochs)
    yield { epoch: epoch + 1, epochs, layout: Float32Array.from(layout) }
  }
  return Float32Array.from(layout)
}

/** ∂KL/∂y = 4 (Σ p q Z (y − y') − Σ m (q Z)² (y − y̅) / Z), with q Z = 1 / (1 + d²). */
function gradientOf(
  { rows, starts, columns, values }: SparseMatrix,
  layout: Float64Array,
  tree: Quadtree,
  factor: number,
  gradient: Float64Array,
): void {
  fillQuadtree(tree, layout)
  const whole = repel(tree, layout, gradient)
  for (let i = 0; i < rows; i++) {
    const x = layout[2 * i]!
    const y = layout[2 * i + 1]!
    let [fx, fy] = [0, 0]
    for (let at = starts[i]!; at < starts[i + 1]!; at++) {
      const j = 2 * columns[at]!
      const dx = x - layout[j]!
      const dy = y - layout[j + 1]!
      const pull = values[at]! / (1 + dx * dx + dy * dy)
      fx += pull * dx
      fy += pull * dy
    }
    gradient[2 * i] = 4 * (factor * fx - gradient[2 * i]! / whole)
    gradient[2 * i + 1] = 4 * (factor * fy - gradient[2 * i + 1]! / whole)
  }
}

/** Writes Σ m (q Z)² (y − y̅) of every point and returns Z = Σ q Z over all ordered pairs. */
function repel(tree: Quadtree, layout: Float64Array, repulsion: Float64Array): number {
  const { nodes, mass, x: meanX, y: meanY, extent, skip, order } = tree
  let whole = -order.length // each point meets itself once, with 1
  for (const i of order) {
    const x = layout[2 * i]!
    const y = layout[2 * i + 1]!
    let [fx, fy] = [0, 0]
    for (let node = 0; node < nodes;) {
      const dx = x - meanX[node]!
      const dy = y - meanY[node]!
      const square = dx * dx + dy * dy
      if (extent[node]! > angle * angle * square) {
        node++
        continue
      }
      const closeness = 1 / (1 + square)
      const part = mass[node]! * closeness
      whole += part
      fx += part * closeness * dx
      fy += part * closeness * dy
      node = skip[node]!
    }
    repulsion[2 * i] = fx
    repulsion[2 * i + 1] = fy
  }
  return whole
}

interface Motion {
  readonly velocity: Float64Array
  readonly gains: Float64Array
}

/** Momentum with a gain per coordinate that grows while the direction stays (Jacobs 1988). */
function step(
  layout: Float64Array,
  gradient: Float64Array,
  { velocity, gains }: Motion,
  rate: number,
  momentum: number,
): void {
  for (let i = 0; i < layout.length; i++) {
    const isSteady = velocity[i]! * gradient[i]! < 0
    gains[i] = Math.max(leastGain, isSteady ? gains[i]! + 0.2 : gains[i]! * 0.8)
    velocity[i] = momentum * velocity[i]! - rate * gains[i]! * gradient[i]!
    layout[i]! += velocity[i]!
  }
}

function draw(layout: Float64Array, { layout: home, strength }: Anchor, rate: number): void {
  for (let i = 0; i < layout.length; i++) layout[i]! += strength * rate * (home[i]! - layout[i]!)
}
