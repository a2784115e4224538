/**
 * The tree of Barnes and Hut (1986) over points in the plane. Nodes lie depth-first in flat arrays, each with the place after its
 * subtree, so that a walk needs no stack; boxes are shrunk to their points, so that there are at most 2n nodes.
 */
export interface Quadtree {
  nodes: number
  /** Points below a node. */
  readonly mass: Float64Array
  /** Their mean. */
  readonly x: Float64Array
  readonly y: Float64Array
  /** Square of the longer side of the box around them; 0 for a leaf, whose points are all in one place. */
  readonly extent: Float64Array
  /** The node after the subtree. */
  readonly skip: Int32Array
  /** The points in the order of the leaves: neighbours in it are neighbours in the plane. */
  readonly order: Int32Array
}

/** An empty tree with room for so many points; `fillQuadtree` is called once for each picture. */
export function makeQuadtree(points: number): Quadtree {
  const room = Math.max(1, 2 * points)
  return {
    nodes: 0,
    mass: new Float64Array(room),
    x: new Float64Array(room),
    y: new Float64Array(room),
    extent: new Float64Array(room),
    skip: new Int32Array(room),
    order: Int32Array.from({ length: points }, (_, i) => i),
  }
}

/** Builds the tree over a layout [points, 2]. */
export function fillQuadtree(tree: Quadtree, layout: Float64Array): void {
  tree.nodes = 0
  addNode(tree, layout, 0, tree.order.length)
}

interface Box {
  readonly left: number
  readonly right: number
  readonly bottom: number
  readonly top: number
}

function addNode(tree: Quadtree, layout: Float64Array, start: number, end: number): void {
  const node = tree.nodes++
  const box = summarise(tree, layout, node, start, end)
  if (tree.extent[node]! > 0) {
    const middle = partition(tree.order, layout, start, end, 0, halfway(box.left, box.right))
    const height = halfway(box.bottom, box.top)
    for (const [from, to] of [
      [start, middle],
      [middle, end],
    ] as const) {
      if (from === to) continue
      const half = partition(tree.order, layout, from, to, 1, height)
      if (half > from) addNode(tree, layout, from, half)
      if (to > half) addNode(tree, layout, half, to)
    }
  }
  tree.skip[node] = tree.nodes
}

/** The middle; the lower end where rounding leaves nothing between, so that two places are always parted. */
function halfway(low: number, high: number): number {
  const middle = (low + high) / 2
  return middle < high ? middle : low
}

/** Writes mass, mean and extent of the points from `start` to `end`. */
function summarise(tree: Quadtree, layout: Float64Array, node: number, start: number, end: number): Box {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity]
  let [x, y] = [0, 0]
  for (let at = start; at < end; at++) {
    const i = 2 * tree.order[at]!
    const px = layout[i]!
    const py = layout[i + 1]!
    x += px
    y += py
    if (px < left) left = px
    if (px > right) right = px
    if (py < bottom) bottom = py
    if (py > top) top = py
  }
  tree.mass[node] = end - start
  tree.x[node] = x / (end - start)
  tree.y[node] = y / (end - start)
  tree.extent[node] = Math.max(right - left, top - bottom) ** 2
  return { left, right, bottom, top }
}

/** Moves points below `limit` along an axis to the front; returns where the others begin. */
function partition(
  order: Int32Array,
  layout: Float64Array,
  start: number,
  end: number,
  axis: 0 | 1,
  limit: number,
): number {
  let [low, high] = [start, end - 1]
  while (low <= high) {
    if (layout[2 * order[low]! + axis]! <= limit) low++
    else {
      const moved = order[low]!
      order[low] = order[high]!
      order[high--] = moved
    }
  }
  return low
}
