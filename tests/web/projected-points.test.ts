import { createRoot, createSignal } from 'solid-js'
import { expect, test } from 'vitest'
import { encodeSafetensors, type FileTensor } from '#compute/index.ts'
import type { Filter } from '#collab/wire/document.ts'
import { encodePoints } from '#collab/wire/point-set.ts'
import type { ProjectionReport, ProjectionStudy } from '#server/wire/projection-study.ts'
import { parseTensors, type Tensor } from '#web/api/safetensors.ts'
import { type Analyses, unanswered } from '#web/state/analyses.ts'
import { mergeLayouts, readLayout } from '#web/state/layout.ts'
import { bothMasks, makePoints, maskOfFilter } from '#web/state/point-table.ts'
import { createGrowing, createProjection } from '#web/state/projection.ts'

const floats = (shape: readonly number[], data: readonly number[]): FileTensor => ({
  dtype: 'F32',
  shape,
  data: Float32Array.from(data),
})
const integers = (shape: readonly number[], data: readonly number[]): FileTensor => ({
  dtype: 'I32',
  shape,
  data: Int32Array.from(data),
})
const file = (tensors: Readonly<Record<string, FileTensor>>): ReadonlyMap<string, Tensor> =>
  parseTensors(encodeSafetensors(tensors))

const ordinals = integers([2], [4, 9])
const pca = file({
  ordinals,
  'components.0': floats([2, 2], [1, 1, 1, 1]),
  'components.1': floats([2, 2], [2, 2, 2, 2]),
})
const moving = file({ ordinals, 'xy.1': floats([2, 2], [3, 3, 3, 3]), 'components.1': floats([2, 2], [2, 2, 2, 2]) })

test('[WQ1] principal components stand in for a layer until its layout comes, and say that they do', () => {
  const first = readLayout(pca, 'umap', null)!
  expect(first.layers.map((layer) => [layer!.method, layer!.xy[0], layer!.kept])).toEqual([
    ['pca', 1, null],
    ['pca', 2, null],
  ])
  const both = mergeLayouts(first, readLayout(moving, 'umap', null))!
  expect(both.layers.map((layer) => [layer!.method, layer!.xy[0]])).toEqual([
    ['pca', 1],
    ['umap', 3],
  ])
})

test('[WQ2] layouts of other points replace what was there', () => {
  const other = readLayout(
    file({ ordinals: integers([2], [4, 8]), 'xy.1': floats([2, 2], [5, 5, 5, 5]) }),
    'umap',
    null,
  )
  expect(mergeLayouts(readLayout(pca, 'pca', null), other)!.layers[0]).toBeNull()
})

test('[WQ3] tensors of another size than the points are left out', () => {
  expect(readLayout(file({ ordinals, 'xy.0': floats([3, 2], [1, 2, 3, 4, 5, 6]) }), 'pca', null)!.layers).toEqual([
    null,
  ])
  expect(readLayout(file({ 'xy.0': floats([1, 2], [1, 2]) }), 'pca', null)).toBeNull()
})

const points = makePoints({
  ordinals: [0, 1, 2, 5],
  ids: ['a', 'b', 'c', 'f'],
  columns: [
    {
      name: 'topic',
      title: 'topic',
      unit: '',
      definition: 'Topic.',
      origin: 'corpus',
      filterable: true,
      type: 'category',
      levels: ['court', 'sport'],
      codes: [0, 1, -1, 0],
    },
    {
      name: 'length',
      title: 'length',
      unit: '',
      definition: 'Length.',
      origin: 'corpus',
      filterable: true,
      type: 'number',
      values: [1, null, 3, 4],
    },
  ],
})

test.each<[Filter, readonly number[] | null]>([
  [{ kind: 'is', field: 'topic', values: ['court'], not: false }, [1, 0, 0, 1]],
  [{ kind: 'is', field: 'topic', values: ['court'], not: true }, [0, 1, 1, 0]],
  [{ kind: 'is', field: 'topic', values: ['(none)', 'sport'], not: false }, [0, 1, 1, 0]],
  [{ kind: 'range', field: 'length', min: 3, max: null }, [0, 0, 1, 1]],
  [{ kind: 'range', field: 'length', min: null, max: null }, [1, 0, 1, 1]],
  [{ kind: 'slice', name: 's', points: encodePoints([5, 1, 77])! }, [0, 1, 0, 1]],
  [{ kind: 'text', query: 'x' }, null],
  [{ kind: 'is', field: 'length', values: ['1'], not: false }, null],
  [{ kind: 'range', field: 'unknown', min: 0, max: 1 }, null],
])('[WQ4] a filter is answered from the columns, or left to the server: %j', (filter, expected) => {
  const mask = maskOfFilter(points, filter)
  expect(mask && [...mask]).toEqual(expected)
})

test('[WQ5] several filters let through what each of them does', () => {
  expect(bothMasks([])).toBeNull()
  expect([...bothMasks([Uint8Array.of(1, 1, 0), Uint8Array.of(0, 1, 1)])!]).toEqual([0, 1, 0])
})

const report: ProjectionReport = {
  layers: [0, 1].map(() => ({ trustworthiness: 0.9, continuity: 0.9, kept: 0.5, variance: [], duplicates: 0 })),
  shown: 2,
  of: 2,
  partial: null,
  measured: 2,
  hash: 'h',
  parameters: {
    method: 'umap',
    neighbours: 15,
    minDistance: 0.9,
    spread: 1.6,
    metric: 'euclidean',
    perplexity: 30,
    epochs: null,
    seed: 0,
  },
}

test('[WQ6] a corpus shows its principal components first, then each layer as the chosen method gets to it', () => {
  const asked: string[] = []
  const cells = new Map(
    (['pca', 'umap', 'tsne'] as const).map((method) => {
      const [analysis, setAnalysis] = createSignal(unanswered)
      return [method, { analysis, setAnalysis }] as const
    }),
  )
  const analyses = {
    ask: (_instance: null, study: ProjectionStudy) => {
      asked.push(study.method)
      return cells.get(study.method)!.analysis
    },
  } as unknown as Analyses // nothing else is called
  const { laid, dispose } = createRoot((end) => {
    const projection = createProjection(analyses)
    return { laid: createGrowing(() => projection.corpus()), dispose: end }
  })
  const shown = () => laid().layout?.layers.map((layer) => layer && [layer.method, layer.xy[0]])
  expect(shown()).toBeUndefined()
  expect([...new Set(asked)]).toEqual(['pca', 'umap'])
  cells.get('pca')!.setAnalysis({
    ...unanswered,
    tensors: file({ ordinals, 'xy.0': floats([2, 2], [1, 1, 1, 1]), 'xy.1': floats([2, 2], [2, 2, 2, 2]) }),
    report,
  })
  expect(shown()).toEqual([
    ['pca', 1],
    ['pca', 2],
  ])
  cells.get('umap')!.setAnalysis({ ...unanswered, partial: pca })
  // What stands in replaces nothing.
  expect(laid().layout!.layers.map((layer) => layer!.standsIn)).toEqual([false, false])
  cells.get('umap')!.setAnalysis({ ...unanswered, partial: moving })
  expect(shown()).toEqual([
    ['pca', 1],
    ['umap', 3],
  ])
  dispose()
})
