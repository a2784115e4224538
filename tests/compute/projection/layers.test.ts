import { describe, expect, it } from 'vitest'
import { ComputeError } from '#compute/errors.ts'
import { alignTo } from '#compute/projection/align.ts'
import { project } from '#compute/projection/project.ts'
import type { ProjectionInput, ProjectionStep } from '#compute/projection/project.ts'
import type { ProjectionOptions, StateMatrix } from '#compute/types.ts'
import { drain } from '#tests/support/generators.ts'
import { matrix, maxDifference, points, products, usual } from './reference.ts'

const named = (states: StateMatrix) => ({ ...states, name: 'the points' })

const run = (input: Partial<ProjectionInput>, options: Partial<ProjectionOptions> = {}) =>
  drain(project({ layers: [named(points)], added: null, given: null, ...input }, { ...usual, ...options }, products))

/** The points, a little moved: what a further layer does to them. */
const later: StateMatrix = {
  ...points,
  data: points.data.map((entry, i) => entry + 0.3 * Math.sin(12.9898 * i)),
}

const meanMove = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, entry, i) => sum + Math.abs(entry - b[i]!), 0) / a.length

describe('layers', () => {
  it('[PJ20] a layout that was turned, mirrored and moved is brought back', () => {
    const home = points.data.slice(0, 80)
    const away = home.map((_, at) => (at % 2 === 0 ? 3 - home[at + 1]! : home[at - 1]! + 8))
    expect(maxDifference(alignTo(away, home, 2), home)).toBeLessThan(1e-4)
    const mirrored = home.map((entry, at) => (at % 2 === 0 ? -entry : entry))
    expect(maxDifference(alignTo(mirrored, home, 2), home)).toBeLessThan(1e-4)
  })

  for (const method of ['umap', 'tsne'] as const) {
    it(`[PJ21] ${method}: points stay near their place in the layer before, the nearer the stronger they are held, and stay trusted`, async () => {
      const layers = [named(points), named(later)]
      const alone = await run({ layers: [named(later)] }, { method })
      const [loose, held] = [
        await run({ layers }, { method, alignment: 0 }),
        await run({ layers }, { method, alignment: 0.2 }),
      ]
      const moveOf = ({ layers: [a, b] }: typeof loose): number => meanMove(a!.layout, b!.layout)
      expect(moveOf(held)).toBeLessThan(moveOf(loose))
      expect(moveOf(loose)).toBeLessThan(meanMove(held.layers[0]!.layout, alone.layers[0]!.layout))
      const trust = (layer: { readonly trustworthiness: Float32Array }): number =>
        layer.trustworthiness.reduce((sum, entry) => sum + entry, 0) / points.rows
      expect(trust(held.layers[1]!)).toBeGreaterThan(trust(alone.layers[0]!) - 0.01)
    })
  }

  it('[PJ22] pca keeps its axes and turns none round between layers', async () => {
    const opposite = { ...points, data: points.data.map((entry) => -entry) }
    const { layers } = await run({ layers: [named(points), named(opposite)] }, { method: 'pca' })
    expect(maxDifference(layers[1]!.layout, layers[0]!.layout)).toBeLessThan(1e-3)
    expect([...layers[1]!.explainedRatio]).toHaveLength(2)
  })
})

describe('new points', () => {
  const added = { rows: 3, width: points.width, data: points.data.slice(30 * points.width, 33 * points.width) }
  for (const method of ['pca', 'umap', 'tsne'] as const) {
    it(`[PJ23] ${method} places a point that is there already near its double, each alone as in company, and moves no other`, async () => {
      const { layers, placed } = await run({ added: named(added) }, { method })
      const { layout } = layers[0]!
      const extent = Math.max(...layout) - Math.min(...layout)
      for (let at = 0; at < placed!.length; at++) {
        expect(Math.abs(placed![at]! - layout[60 + at]!)).toBeLessThan(0.15 * extent)
      }
      expect((await run({}, { method })).layers[0]!.layout).toEqual(layout)
      const last = { ...added, rows: 1, data: added.data.slice(2 * points.width) }
      const again = await run({ added: named(last), given: [layout] }, { method })
      expect(again.layers[0]!.layout).toEqual(layout)
      expect(again.placed).toEqual(placed!.slice(4))
    })
  }
})

describe('what cannot be projected', () => {
  const refusal = (states: StateMatrix, options: Partial<ProjectionOptions> = {}): Promise<string> =>
    run({ layers: [named(states)] }, options).then(
      () => 'nothing was refused',
      (error: unknown) => (error instanceof ComputeError && error.kind === 'bad-input' ? error.message : String(error)),
    )

  it('[PJ24] too few points, numbers that are none, equal points and missing directions are refused by name', async () => {
    const holes = [NaN, Infinity].map((hole) =>
      matrix([
        [1, 2],
        [3, hole],
        [5, 6],
      ]),
    )
    expect(
      await refusal(
        matrix([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toMatch(/^the points cannot be projected: it has the shape \[2, 2\]/)
    expect(await refusal(holes[0]!)).toMatch(/NaN at row 1, column 1/)
    expect(await refusal(holes[1]!)).toMatch(/Infinity at row 1, column 1/)
    expect(
      await refusal(
        matrix([
          [1, 2],
          [1, 2],
          [1, 2],
        ]),
      ),
    ).toMatch(/all 3 points are the same/)
    expect(
      await refusal(
        matrix([
          [1, 2],
          [0, 0],
          [1, 3],
        ]),
        { metric: 'cosine' },
      ),
    ).toMatch(/row 1 is all zeros/)
    expect(await refusal(points, { method: 'tsne', dimensions: 3 })).toMatch(/2 dimensions/)
  })

  it('[PJ25] layers of different points, and new points of another width, are refused', async () => {
    const fewer = { ...points, rows: 4, data: points.data.slice(0, 4 * points.width) }
    await expect(run({ layers: [named(points), named(fewer)] })).rejects.toThrow(/150 points but the points has 4/)
    await expect(run({ added: named(matrix([[1, 2]])) })).rejects.toThrow(/2 numbers each, those of the layout 12/)
  })

  for (const method of ['pca', 'umap', 'tsne'] as const) {
    it(`[PJ26] ${method} lays out three points, and points of which most are equal`, async () => {
      const [three, many] = [
        matrix([
          [1, 2],
          [3, 4],
          [5, 9],
        ]),
        matrix(Array.from({ length: 40 }, (_, i) => [i < 30 ? 1 : i, 2])),
      ]
      for (const states of [three, many]) {
        const { layout, reliability, neighbours } = (await run({ layers: [named(states)] }, { method })).layers[0]!
        expect(layout.every(Number.isFinite)).toBe(true)
        expect(reliability.every((entry) => entry >= 0 && entry <= 1)).toBe(true)
        expect(neighbours).toHaveLength(states.rows * Math.min(15, states.rows - 1))
      }
    })
  }
})

describe('a layout on its way', () => {
  it('[PJ27] components come first, then every epoch, each a picture of its own; it can be stopped between two', async () => {
    const steps = project({ layers: [named(points)], added: null, given: null }, { ...usual, epochs: 20 }, products)
    const seen: ProjectionStep[] = []
    for await (const step of steps) {
      seen.push(step)
      if (step.progress.stage === 'epochs' && step.progress.done === 3) break
    }
    expect(seen.map(({ progress: { stage, done } }) => `${stage} ${done}`)).toEqual([
      'components 1',
      'neighbours 150',
      'epochs 1',
      'epochs 2',
      'epochs 3',
    ])
    const pictures = seen.flatMap(({ snapshot }) => (snapshot === null ? [] : [snapshot.layout]))
    expect(new Set(pictures.map((layout) => layout[0])).size).toBe(4)
    expect(await steps.next()).toEqual({ done: true, value: undefined })
  })
})
