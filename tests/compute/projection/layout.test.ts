import { describe, expect, it } from 'vitest'
import { jointAffinities } from '#compute/projection/affinities.ts'
import { frameOf } from '#compute/projection/neighbours.ts'
import { project } from '#compute/projection/project.ts'
import { fillQuadtree, makeQuadtree } from '#compute/projection/quadtree.ts'
import { meanOfMeasure, measureReliability } from '#compute/projection/reliability.ts'
import type { Projection, ProjectionOptions, StateMatrix } from '#compute/types.ts'
import { drain } from '#tests/support/generators.ts'
import { neighboursOf, points, products, reference, usual } from './reference.ts'

const layOut = (
  options: Partial<ProjectionOptions>,
  states: StateMatrix = points,
  threads = 1,
): Promise<Projection> => {
  const input = { layers: [{ ...states, name: 'the points' }], added: null, given: null }
  return drain(project(input, { ...usual, ...options }, { device: 'cpu', threads }))
}

const leastOf = (name: string): number => Math.min(...reference(name))

describe('how far a layout can be trusted', () => {
  it('[PJ12] trustworthiness and continuity are those of scikit-learn', async () => {
    const last = points.rows - 40
    const layout = Float32Array.from(reference('layout').subarray(2 * last))
    const few = { rows: 40, width: points.width, data: points.data.subarray(last * points.width) }
    const frame = frameOf(few, 'euclidean')(few)
    for (const [k, count] of [5, 15].entries()) {
      const near = await neighboursOf(few, count)
      const found = await drain(measureReliability(frame, near, layout, products))
      expect(Math.abs(meanOfMeasure(found.trustworthiness) - reference('trustworthiness')[k]!)).toBeLessThan(1e-6)
      expect(Math.abs(meanOfMeasure(found.continuity) - reference('continuity')[k]!)).toBeLessThan(1e-6)
    }
  })

  it('[PJ13] a layout that is the data is trusted in every point; a point torn away loses trust and no other loses as much', async () => {
    const flat = { rows: 60, width: 2, data: points.data.slice(0, 120) }
    const near = await neighboursOf(flat, 8)
    const whole = await drain(measureReliability(frameOf(flat, 'euclidean')(flat), near, flat.data, products))
    expect([...whole.preservation, ...whole.trustworthiness, ...whole.continuity].every((entry) => entry === 1)).toBe(
      true,
    )
    const torn = flat.data.slice()
    torn.set([90, 90], 2 * 31)
    const found = await drain(measureReliability(frameOf(flat, 'euclidean')(flat), near, torn, products))
    expect(found.continuity.indexOf(Math.min(...found.continuity))).toBe(31)
  })
})

describe('UMAP', () => {
  it('[PJ14] our layout is trusted as much as that of umap-learn, to 0.005, with either metric', async () => {
    for (const metric of ['euclidean', 'cosine'] as const) {
      const found = (await layOut({ metric })).layers[0]!
      const frame = frameOf(points, 'euclidean')(points)
      const near = await neighboursOf(points, 15)
      const measured = await drain(measureReliability(frame, near, found.layout, products))
      const wanted = leastOf(metric === 'cosine' ? 'umap.cosine.trustworthiness' : 'umap.trustworthiness')
      expect(meanOfMeasure(measured.trustworthiness), metric).toBeGreaterThan(wanted - 0.005)
    }
  })

  it('[PJ15] umap-js gets the same neighbours and is a reference within 0.02', async () => {
    const found = (await layOut({ engine: 'umap-js' })).layers[0]!
    expect(meanOfMeasure(found.trustworthiness)).toBeGreaterThan(leastOf('umap.trustworthiness') - 0.02)
  })

  it('[PJ16] three dimensions are laid out too, and trusted more', async () => {
    const [plane, space] = await Promise.all([layOut({}), layOut({ dimensions: 3 })])
    expect(space.layers[0]!.layout).toHaveLength(3 * points.rows)
    expect(meanOfMeasure(space.layers[0]!.trustworthiness)).toBeGreaterThan(
      meanOfMeasure(plane.layers[0]!.trustworthiness) - 0.002,
    )
  })
})

describe('t-SNE', () => {
  /** KL(P ‖ Q) by the definition, over all pairs. */
  async function divergenceOf(layout: Float32Array): Promise<number> {
    const { rows, starts, columns, values } = jointAffinities(await neighboursOf(points, 90), 30)
    const closeness = (i: number, j: number): number =>
      1 / (1 + (layout[2 * i]! - layout[2 * j]!) ** 2 + (layout[2 * i + 1]! - layout[2 * j + 1]!) ** 2)
    let whole = 0
    for (let i = 0; i < rows; i++) for (let j = 0; j < rows; j++) if (i !== j) whole += closeness(i, j)
    let sum = 0
    for (let i = 0; i < rows; i++) {
      for (let at = starts[i]!; at < starts[i + 1]!; at++) {
        sum += values[at]! * Math.log((values[at]! * whole) / closeness(i, columns[at]!))
      }
    }
    return sum
  }

  it('[PJ17] the divergence reached is within a tenth of those that scikit-learn reaches from random starts, and the layout is trusted as much', async () => {
    const found = (await layOut({ method: 'tsne' })).layers[0]!
    expect(await divergenceOf(found.layout)).toBeLessThan(1.1 * Math.max(...reference('tsne.divergence')))
    expect(meanOfMeasure(found.trustworthiness)).toBeGreaterThan(leastOf('tsne.trustworthiness') - 0.005)
  })

  it('[PJ18] the tree holds every point once, in fewer nodes than twice the points, duplicates and all', () => {
    const layout = Float64Array.from(points.data.subarray(0, 200))
    layout.set(layout.subarray(0, 40), 80)
    const tree = makeQuadtree(100)
    fillQuadtree(tree, layout)
    fillQuadtree(tree, layout) // a tree is filled again at every epoch
    expect(tree.nodes).toBeLessThan(200)
    expect(tree.mass[0]).toBe(100)
    expect(tree.skip[0]).toBe(tree.nodes)
    let leaves = 0
    for (let node = 0; node < tree.nodes; node++) if (tree.skip[node] === node + 1) leaves += tree.mass[node]!
    expect(leaves).toBe(100)
    expect([...tree.order].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i))
  })
})

describe('the same again', () => {
  for (const method of ['pca', 'umap', 'tsne'] as const) {
    it(`[PJ19] ${method} gives the same bytes for the same seed, whatever the number of threads`, async () => {
      const first = await layOut({ method, epochs: 60 })
      expect(await layOut({ method, epochs: 60 }, points, 3)).toEqual(first)
      const other = await layOut({ method, epochs: 60, seed: 1 })
      if (method === 'pca') expect(other).toEqual(first)
      else expect(other.layers[0]!.layout).not.toEqual(first.layers[0]!.layout)
    })
  }
})
