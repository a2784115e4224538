/** How far the projection of several layers is as a whole, so that the time left is that of all of it. */
import type { Progress, ProjectionOptions } from '#compute/types.ts'

export interface Extent {
  readonly layers: number
  readonly rows: number
  readonly width: number
  /** Most points whose reliability is measured. */
  readonly measured: number
  readonly options: ProjectionOptions
}

export interface Pace {
  /** The progress of all layers, given that of one stage of one of them; layers come from the last to the first. */
  at(layer: number, progress: Progress): Progress
}

/**
 * Seconds that the parts take on one processor core of 2020, roughly: they only weigh the stages against each other, the rate is
 * measured while it runs.
 */
const perProduct = 3e-11 // one multiplication of a matrix product
const perEdge = 4e-8 // one visit of an edge by UMAP, with the points it pushes away
const perBody = 6e-6 // one epoch of one point by t-SNE
const perPair = 4e-9 // one distance in the layout

/** Stages in the order a layer has them. */
const order = ['neighbours', 'epochs', 'reliability'] as const

export function makePace({ layers, rows, width, measured, options }: Extent): Pace {
  const { method, epochs, neighbours } = options
  const visits = { pca: 0, umap: 1.5 * neighbours * perEdge, tsne: perBody }
  const seen = Math.min(rows, measured)
  const seconds = {
    neighbours: rows * rows * width * perProduct,
    epochs: (epochs ?? 0) * rows * visits[method],
    reliability: seen * rows * (width * perProduct + perPair),
  }
  const components = rows * width * Math.min(rows, width) * perProduct
  const ofLayer = seconds.neighbours + seconds.epochs + seconds.reliability
  const total = layers * (components + ofLayer)
  const share = (spent: number): number => Math.min(100, Math.round((1000 * spent) / total) / 10)
  let furthest = 0
  return {
    at(layer, { stage, done, total: of }) {
      const part = of > 0 ? done / of : 0
      const place = order.findIndex((name) => name === stage)
      const before = order.slice(0, Math.max(0, place)).reduce((sum, name) => sum + seconds[name], 0)
      const here = place < 0 ? 0 : before + part * seconds[order[place]!]
      const spent =
        stage === 'components'
          ? (layers - layer) * components
          : layers * components + (layers - 1 - layer) * ofLayer + here
      furthest = Math.max(furthest, stage === 'reading' || stage === 'placing' ? 0 : share(spent))
      const detail = stage === 'epochs' ? `epoch ${done} of ${of}` : stage
      return {
        stage: stage === 'components' ? stage : `layer ${layer}: ${detail}`,
        done: furthest,
        total: 100,
        whole: true,
      }
    },
  }
}
